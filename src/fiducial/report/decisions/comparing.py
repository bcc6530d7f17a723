"""What a study brings beside what the file asks for: value, threshold, and which side of it is true."""

from dataclasses import dataclass

from fiducial.report.decisions.numbers import beside, exact
from fiducial.report.decisions.saved import Part

_TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "==", "!=": "!="}
_SIGNS = {">": ">", "<": "<", ">=": "≥", "<=": "≤", "==": "=", "!=": "≠"}
_CONSTANT = ("number", "threshold")
_SHARES = ("score", "most")
_BOX_SHARES = ("score", "area", "width", "height")


@dataclass(frozen=True, slots=True)
class Comparison:
    """``asked op against``, two numbers; ``against`` is the threshold wherever one side is one."""

    asked: Part
    op: str
    against: Part

    @classmethod
    def of(cls, part: Part) -> "Comparison | None":
        """The comparison that a part is; None of anything else, as of two words."""
        if part.kind != "compare" or len(part.parts) != 2:
            return None
        left, right = part.parts
        if any(one.kind in {"text", "truth"} or isinstance(one.value, str) for one in (left, right)):
            return None
        if left.kind in _CONSTANT and right.kind not in _CONSTANT:
            return cls(right, _TURNED[part.op], left)
        return cls(left, part.op, right)

    @property
    def sign(self) -> str:
        """``≥``."""
        return _SIGNS[self.op]

    @property
    def known(self) -> bool:
        """Whether both sides are."""
        return self.asked.value is not None and self.against.value is not None

    @property
    def value(self) -> float:
        """What the study brings; only of one that is known."""
        return float(self.asked.value or 0.0)

    @property
    def threshold(self) -> float:
        """What it is compared with."""
        return float(self.against.value or 0.0)

    @property
    def written(self) -> tuple[str, str]:
        """Both as text, with digits enough to tell them apart."""
        value, threshold = beside(self.value, self.threshold)
        return value, f"{threshold}.00" if self.is_share and threshold in {"0", "1"} else threshold

    @property
    def asks(self) -> str:
        """``0.80``, or the other side where it is no threshold."""
        return exact(self.threshold) if self.against.kind in _CONSTANT else ""

    @property
    def is_share(self) -> bool:
        """Whether the value lies between 0 and 1."""
        return self.asked.kind in _SHARES or (self.asked.kind == "box-field" and self.asked.name in _BOX_SHARES)

    @property
    def ends(self) -> tuple[float, float]:
        """The numbers between which to draw it."""
        if self.is_share:
            return 0.0, 1.0
        known = [0.0, *(float(one.value) for one in (self.asked, self.against) if isinstance(one.value, float | int))]
        known += [one for one in (self.asked.low, self.asked.high) if one is not None]
        low, high = min(known), max(known)
        reach = (high - low) * 0.25 or 1.0
        return (low - reach if low < 0 else low), (high + reach if high > 0 else high)
