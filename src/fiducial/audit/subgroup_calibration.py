"""Calibration of a group: ECE, slope and intercept, and the widest gap between two intercepts of a column."""

from collections.abc import Iterable, Iterator

import numpy as np

from fiducial.audit.case import Case, Decisions
from fiducial.audit.probabilities import as_probabilities
from fiducial.audit.subgroups import Subgroup
from fiducial.claims.evidence import Figure
from fiducial.stats.calibration import EceEstimate, calibration_intercept, calibration_slope, estimate_ece
from fiducial.stats.intervals import difference

BINS = 10  # of equal width
FEWEST_PATIENTS = 20  # a bootstrap of fewer is too sure of itself
FITS = (("calibration_slope", calibration_slope, "slope"), ("calibration_intercept", calibration_intercept, "logit"))


def ece_of(case: Case, decisions: Decisions, rung: str, bins: int, weight: np.ndarray | None = None) -> EceEstimate:
    """The expected calibration error of some answered decisions, its interval by patient."""
    return estimate_ece(
        decisions.truth,
        decisions.score,
        decisions.patient,
        case.rng(rung),
        weight=weight,
        bins=bins,
        resamples=case.resamples,
        confidence=case.confidence,
    )


def calibration_figures(groups: Iterable[Subgroup], case: Case) -> Iterator[Figure]:
    """What every plain subgroup has of ECE, slope and intercept, then the widest gap in intercepts a column."""
    intercepts: dict[str, list[Figure]] = {}
    for group in groups:
        if group.crossed:
            continue
        for figure in group_calibration(case, as_probabilities(case, group.answered), group.label):
            yield figure
            if figure.name == "calibration_intercept":
                intercepts.setdefault(group.column, []).append(figure)
    for column, given in intercepts.items():
        yield from _gap(column, given)


def group_calibration(case: Case, decisions: Decisions, label: str, bins: int = BINS) -> Iterator[Figure]:
    """ECE, where the patients are enough to be resampled, slope and intercept of some answered decisions."""
    if decisions.patients >= FEWEST_PATIENTS:
        error = ece_of(case, decisions, f"calibration {label}", bins)
        yield Figure("ece", error.value, error.interval, len(decisions), subgroup=label)
    yield from calibration_of(decisions, case.confidence, label)


def calibration_of(decisions: Decisions, confidence: float, subgroup: str) -> Iterator[Figure]:
    """Slope and intercept of some answered decisions; nothing where neither exists (one class, one patient)."""
    for name, fit, unit in FITS:
        try:
            found = fit(decisions.truth, decisions.score, decisions.patient, confidence)
        except ValueError:
            continue  # the counts of the subgroup say why
        yield Figure(name, found.value, found.interval, len(decisions), unit, subgroup)


def _gap(column: str, given: list[Figure]) -> Iterator[Figure]:
    if len(given) < 2:
        return
    ranked = sorted(given, key=lambda figure: -figure.value)
    high, low = ranked[0], ranked[-1]
    if high.interval is None or low.interval is None:
        return
    interval = difference(high.value, high.interval, low.value, low.interval)
    n = high.n + low.n
    yield Figure("calibration_intercept_gap", high.value - low.value, interval, n, "logit", column)
