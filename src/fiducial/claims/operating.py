"""How a threshold is chosen, as a claim writes it: ``specificity >= 0.85``, ``net benefit at 0.1``, ``cost fn=9 fp=1``.

A floor keeps the corner that it names and gives as much as it can of the other; net benefit and cost weigh both.
"""

import re
from dataclasses import dataclass
from typing import Literal

_NUMBER = r"(\d*\.?\d+)"
_FLOOR = re.compile(rf"(specificity|sensitivity)\s*>=\s*{_NUMBER}")
_BENEFIT = re.compile(rf"net benefit at {_NUMBER}(?:,? (?:at )?prevalence {_NUMBER})?")
_COST = re.compile(rf"cost fn\s*=\s*{_NUMBER} fp\s*=\s*{_NUMBER}(?:,? (?:at )?prevalence {_NUMBER})?")
FORMS = (
    "'specificity >= 0.85', 'sensitivity >= 0.95', 'net benefit at 0.1' or 'cost fn=10 fp=1', the last two with "
    "' at prevalence 0.02' where that of use is another than the split's"
)

Kept = Literal["specificity", "sensitivity"]


@dataclass(frozen=True, slots=True)
class KeepFloor:
    """``specificity >= floor``, or sensitivity; of the thresholds that keep it, the one with the most of the other."""

    kept: Kept
    floor: float

    def __str__(self) -> str:
        """``specificity >= 0.85``."""
        return f"{self.kept} >= {self.floor!r}"


@dataclass(frozen=True, slots=True)
class LeastHarm:
    """The least harm: a missed ill one costs ``missed``, a needless alarm ``alarm``, at ``prevalence``.

    Without a prevalence that of the split is meant. Net benefit at t is the harm of ``1 - t`` and ``t``.
    """

    missed: float
    alarm: float
    prevalence: float | None
    told: str

    def __str__(self) -> str:
        """As it was written."""
        return self.told


OperatingRule = KeepFloor | LeastHarm


def parse_operating_rule(text: str) -> OperatingRule:
    """Parse a rule for choosing a threshold.

    Raises:
        ValueError: another form, or a number that is none of a share, a threshold probability or a cost.
    """
    told = " ".join(text.split())
    if form := _FLOOR.fullmatch(told):
        return KeepFloor("specificity" if form[1] == "specificity" else "sensitivity", _share(form[2], told))
    if form := _BENEFIT.fullmatch(told):
        at = _share(form[1], told)
        return LeastHarm(1 - at, at, _given(form[2], told), told)
    if form := _COST.fullmatch(told):
        missed, alarm = float(form[1]), float(form[2])
        if not missed or not alarm:
            raise ValueError(f"a cost of 0 leaves nothing to weigh; both must be above 0 in {told!r}")
        return LeastHarm(missed, alarm, _given(form[3], told), told)
    raise ValueError(f"a rule for a threshold is {FORMS}; got {text!r}")


def _given(text: str | None, rule: str) -> float | None:
    return None if text is None else _share(text, rule)


def _share(text: str, rule: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise ValueError(f"{text} must lie above 0 and below 1 in {rule!r}")
    return value
