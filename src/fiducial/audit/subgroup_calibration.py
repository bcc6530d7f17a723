"""Calibration by subgroup: slope and intercept of each, and the widest gap between two intercepts of a column."""

from collections.abc import Iterable, Iterator

from fiducial.audit.case import Decisions
from fiducial.audit.subgroups import Subgroup
from fiducial.claims.evidence import Figure
from fiducial.stats.calibration import calibration_intercept, calibration_slope
from fiducial.stats.intervals import difference

FITS = (("calibration_slope", calibration_slope, "slope"), ("calibration_intercept", calibration_intercept, "logit"))


def calibration_figures(groups: Iterable[Subgroup], confidence: float) -> Iterator[Figure]:
    """Slope and intercept of every plain subgroup that has them, then the widest gap in intercepts a column."""
    intercepts: dict[str, list[Figure]] = {}
    for group in groups:
        if group.crossed:
            continue
        for figure in calibration_of(group.answered, confidence, group.label):
            yield figure
            if figure.name == "calibration_intercept":
                intercepts.setdefault(group.column, []).append(figure)
    for column, given in intercepts.items():
        yield from _gap(column, given)


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
