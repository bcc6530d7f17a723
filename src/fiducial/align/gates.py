"""The two gates: is there enough in common, and is it the same anatomy? Every number beside its bound."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import inf, isfinite

from fiducial.align.measure import Measures
from fiducial.align.options import AlignOptions


class PairVerdict(StrEnum):
    """What becomes of a pair."""

    VERIFIED = "verified"
    DROPPED = "dropped"
    REVIEW = "review"


AT_MOST = frozenset({"second_peak", "contour_mm", "parts_mm", "slope"})  # gates whose bound is the most allowed


@dataclass(frozen=True, slots=True)
class Gate:
    """One number against its bound: the least that is asked for, or the most that is allowed by a gate of AT_MOST."""

    name: str
    value: float
    floor: float
    why: str
    reason: str  # the name of what is wrong where it is missed

    @property
    def at_most(self) -> bool:
        """Whether the bound is the most allowed."""
        return self.name in AT_MOST

    @property
    def passed(self) -> bool:
        """Whether the bound is kept."""
        return self.value <= self.floor if self.at_most else self.value >= self.floor

    def nearly(self, doubt: float) -> bool:
        """Whether the bound is missed by so small a share of it that a person should look."""
        kept = self.floor * (1 + doubt if self.at_most else 1 - doubt)
        return not self.passed and (self.value <= kept if self.at_most else self.value >= kept)

    @property
    def shown(self) -> str:
        """The value for a reader."""
        return f"{self.value:.3g}" if isfinite(self.value) else "none"

    @property
    def bound(self) -> str:
        """The bound in words."""
        return bound(self.name, self.floor)

    def document(self) -> dict[str, object]:
        """As it stands in JSON; ``value`` is null where there was nothing to measure."""
        return {
            "name": self.name,
            "value": round(self.value, 4) if isfinite(self.value) else None,
            "floor": self.floor,
            "passed": self.passed,
            "why": self.why,
        }


def bound(name: str, floor: float) -> str:
    """``at least 60``: the bound of the gate of that name in words."""
    return f"{'at most' if name in AT_MOST else 'at least'} {floor:g}"


def extent_gates(found: Measures, options: AlignOptions, cell: float) -> Iterator[Gate]:
    """Gate 1: whether they overlap enough, and whether one place fits clearly better than any other."""
    why = _reasons(options)
    if found.nearer is not None:
        place = found.nearer.whole + found.curves["bone"].offset.size - found.curves["bone"].offset[-1] - 1
        shared = float(found.curves["bone"].overlap[int(place)]) * cell
        yield Gate("better_place_mm", shared, options.overlap_mm, "bones fit better there", "overlap-too-short")
    yield Gate("overlap_mm", found.overlap, options.overlap_mm, why["overlap_mm"], "overlap-too-short")
    yield Gate("overlap_share", found.overlap_share, options.overlap_share, why["overlap_share"], "overlap-too-short")
    yield Gate(
        "from_boundary_mm",
        found.best.from_boundary * cell if found.best.is_maximum else 0.0,
        options.from_boundary_mm,
        why["from_boundary_mm"],
        "best-at-the-boundary",
    )
    share = found.best.second / found.best.value if found.best.value > 0 else 1.0
    yield Gate("second_peak", max(0.0, share), options.second_peak, why["second_peak"], "two-places-fit")


def anatomy_gates(found: Measures, options: AlignOptions) -> Iterator[Gate]:
    """Gate 2: whether bones, outline, parts and order of the slices agree at that place."""
    why = _reasons(options)
    z = found.shift[0]
    yield Gate("bone_correlation", found.best.value, options.bone_correlation, why["bone_correlation"], "bones-differ")
    apart = abs(found.by_tissue[found.outline] - z)
    yield Gate("contour_mm", apart, options.contour_mm, why["contour_mm"], "outline-disagrees")
    spread = max((abs(part - z) for part in found.parts), default=inf)
    yield Gate("parts_mm", spread, options.parts_mm, why["parts_mm"], "parts-disagree")
    yield _slope(found, options, why)
    yield Gate("inliers", found.ridge.inliers, options.inliers, why["inliers"], "slices-find-no-like")
    yield Gate("body_dice", found.body_dice, options.body_dice, why["body_dice"], "bodies-differ")
    yield Gate("bone_dice", found.bone_dice, options.bone_dice, why["bone_dice"], "bones-do-not-overlap")


def organ_gate(dice: float, options: AlignOptions) -> Gate:
    """Gate 2, where a segmenter is given: whether the organs agree as well."""
    return Gate("organ_dice", dice, options.organ_dice, _reasons(options)["organ_dice"], "organs-differ")


def _slope(found: Measures, options: AlignOptions, why: dict[str, str]) -> Gate:
    """How far like slices lie from one for one; only a line that many slices lie on tells what is wrong."""
    most = max(options.slope, options.slope_mm / found.overlap)
    slope, inliers = found.ridge.slope, found.ridge.inliers
    if not inliers:  # no line was drawn
        return Gate("slope", inf, round(most, 4), why["slope"], "slices-find-no-like")
    # Half as many are enough for minus one, which nothing but a reversal gives.
    is_reversed = abs(slope + 1) <= most and inliers >= options.inliers / 2
    kind = "slices-reversed" if slope < 0 else "spacing-differs"
    told = kind if inliers >= options.inliers or is_reversed else "slices-find-no-like"
    return Gate("slope", abs(slope - 1), round(most, 4), why["slope"], told)


def verdict(gates: tuple[Gate, ...], doubts: tuple[str, ...], doubt: float) -> PairVerdict:
    """Dropped where a bound is clearly missed; review where one is nearly kept or the headers raise a doubt."""
    missed = [gate for gate in gates if not gate.passed]
    if any(not gate.nearly(doubt) for gate in missed):
        return PairVerdict.DROPPED
    return PairVerdict.REVIEW if missed or doubts else PairVerdict.VERIFIED


def _reasons(options: AlignOptions) -> dict[str, str]:
    return {name: field.description or "" for name, field in type(options).model_fields.items()}
