"""Is the claim's threshold what its own rule gives on the split that it says it was chosen on?"""

from dataclasses import dataclass, replace
from math import sqrt
from statistics import NormalDist

import numpy as np

from fiducial.audit.case import Case, Decisions
from fiducial.audit.metrics import measure
from fiducial.audit.operating import pick, worth_of
from fiducial.claims.claim import ALL_ROWS
from fiducial.claims.operating import FORMS, KeepFloor, OperatingRule, parse_operating_rule
from fiducial.errors import CannotJudge
from fiducial.stats.intervals import z_value
from fiducial.stats.operating import CornerCurve

ROUNDED = 0.0005  # a threshold written with three decimals is as good as its own
OF_ITSELF = 0.05  # share of a threshold that is no rounding: where the finding is rare, scores are that small
HARMFUL = 1.1  # times the least harm, from which another threshold is no rounding


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be said of the claim's threshold."""

    alarms: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def threshold_told(case: Case) -> Told:
    """Compare the claim's threshold with what its rule picks; silent where both call the same."""
    given = case.claim.claim.threshold
    if given.chosen_on is None:
        return Told(notes=("The claim does not say on which split the threshold was chosen.",))
    if case.claim.evidence.internal == ALL_ROWS and case.rows_of(given.chosen_on).any():
        return Told(
            alarms=(f"Every row is judged, those of {given.chosen_on!r} too, on which the threshold was chosen.",)
        )
    if given.rule is None:
        return Told(notes=("The claim does not say by which rule the threshold was chosen, so it cannot be checked.",))
    try:
        rule = parse_operating_rule(given.rule)
    except ValueError:
        return Told(notes=(f"The threshold's rule {given.rule!r} cannot be checked; a rule that can is {FORMS}.",))
    return _checked(case, rule, given.chosen_on)


def _checked(case: Case, rule: OperatingRule, split: str) -> Told:
    rows = case.decisions.where(case.rows_of(split)).only_answered()
    if not len(rows) or rows.truth.all() or not rows.truth.any():
        found = f"{int(rows.truth.sum())} ill and {int((~rows.truth).sum())} healthy with a score"
        return Told(notes=(f"The threshold cannot be checked: the split {split!r} has {found}.",))
    try:
        curve, at = pick(rows, rule)
    except CannotJudge as reason:
        return Told(notes=(f"The threshold cannot be what its rule gives on {split!r}: {reason}.",))
    return _compared(case, rows, rule, curve, at)


def _compared(case: Case, rows: Decisions, rule: OperatingRule, curve: CornerCurve, at: int) -> Told:
    given = case.claim.claim.threshold
    rounded = min(ROUNDED, OF_ITSELF * given.value)
    if _place(curve, given.value - rounded) <= at <= _place(curve, given.value + rounded):
        return Told()
    here = _place(curve, given.value)
    told = (
        f"The threshold {given.value:g} is not what its rule ({rule}) gives on {given.chosen_on!r}: that is "
        f"{curve.threshold[at]:.4g} with {_corners(curve, at)}; {given.value:g} has {_corners(curve, here)}."
    )
    return Told(alarms=(told,)) if _beyond_chance(case, rows, rule, curve, at) else Told(notes=(told,))


def _beyond_chance(case: Case, rows: Decisions, rule: OperatingRule, curve: CornerCurve, at: int) -> bool:
    """Whether the rows exclude that the rule was followed on as many others like them, whose chance adds to theirs."""
    value = case.claim.claim.threshold.value
    if isinstance(rule, KeepFloor):
        both = 2 * NormalDist().cdf(sqrt(2) * z_value(case.confidence)) - 1
        interval = measure(rule.kept, replace(rows, threshold=value), both).interval
        return interval is None or not interval.low <= rule.floor <= interval.high
    harm = -worth_of(rule, rows)(curve.sensitivity, curve.specificity)
    return bool(harm[_place(curve, value)] > HARMFUL * harm[at])


def _place(curve: CornerCurve, value: float) -> int:
    """The entry of the curve that calls the same rows as this threshold does."""
    return int(np.searchsorted(curve.threshold, value))


def _corners(curve: CornerCurve, at: int) -> str:
    return f"sensitivity {curve.sensitivity[at]:.3f} and specificity {curve.specificity[at]:.3f}"
