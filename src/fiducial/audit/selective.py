"""What a model's errors become where it answers only what it is surest of, or only what it chose to answer."""

from collections.abc import Iterator

import numpy as np

from fiducial.audit.case import Case, Decisions
from fiducial.audit.confidences import sureness
from fiducial.audit.effects import share
from fiducial.audit.subgroup_calibration import FEWEST_PATIENTS
from fiducial.claims.charts import Curves, Series
from fiducial.claims.evidence import Figure
from fiducial.stats.intervals import Interval
from fiducial.stats.resampling import patient_bootstrap
from fiducial.stats.selective import least_aurc, risk_coverage, weighted_aurc

KEPT = (50, 80, 90)  # percent of the decisions, the surest
POINTS = 200  # of the drawn curve
FEWEST = 20  # decisions; the risk of fewer jumps


def selective_figures(case: Case, decisions: Decisions) -> Iterator[Figure]:
    """Risk of all and of the surest, the area under the risk-coverage curve, and the model's own choice."""
    answered = decisions.only_answered()
    wrong, how_sure = answered.called != answered.truth, sureness(answered)
    yield share("risk", wrong, answered.patient, case.confidence)
    curve = risk_coverage(wrong, how_sure)
    for percent in KEPT:
        least = curve.least[np.searchsorted(curve.coverage, percent / 100 - 1e-12)]
        kept = how_sure >= least
        yield share(f"risk_at_{percent}", wrong[kept], answered.patient[kept], case.confidence)
    yield _area(case, answered, wrong, how_sure)
    yield Figure("aurc_least", least_aurc(wrong), None, len(answered))
    yield from _own_choice(case, decisions)


def risk_curve(decisions: Decisions) -> Curves:
    """The risk-coverage curve of the answered decisions, with the risk of all as a line."""
    answered = decisions.only_answered()
    curve = risk_coverage(answered.called != answered.truth, sureness(answered))
    seen = np.flatnonzero(curve.coverage * len(answered) >= min(FEWEST, len(answered)))
    chosen = seen[np.unique(np.linspace(0, seen.size - 1, min(POINTS, seen.size)).astype(np.int64))]
    by_sureness = Series("surest first", tuple(curve.coverage[chosen].tolist()), tuple(curve.risk[chosen].tolist()))
    every = float(curve.risk[-1])
    by_lot = Series("in any order", (float(curve.coverage[chosen[0]]), 1.0), (every, every))
    title = "Wrong answers if only the surest are given"
    return Curves("risk-coverage", title, "coverage", "risk", (by_sureness, by_lot), diagonal=False)


def _area(case: Case, answered: Decisions, wrong: np.ndarray, how_sure: np.ndarray) -> Figure:
    area = weighted_aurc(wrong, how_sure)
    value, interval = area(np.ones(wrong.size, dtype=np.int64)), None
    if answered.patients >= FEWEST_PATIENTS:
        found = patient_bootstrap(
            area, answered.patient, case.rng("aurc"), resamples=case.resamples, confidence=case.confidence
        )
        interval = Interval(min(value, found.low), max(value, found.high))
    return Figure("aurc", value, interval, len(answered))


def _own_choice(case: Case, decisions: Decisions) -> Iterator[Figure]:
    """Coverage; and, where abstentions came with a score, the risk of those, and of as many left out by sureness."""
    yield share("coverage", decisions.answered, decisions.patient, case.confidence)
    silent = ~decisions.answered & ~np.isnan(decisions.score)
    if not silent.any():
        return
    declined, scored = decisions.where(silent), decisions.where(~np.isnan(decisions.score))
    yield share("risk_abstained", declined.called != declined.truth, declined.patient, case.confidence)
    wrong, how_sure = scored.called != scored.truth, sureness(scored)
    least = np.sort(how_sure)[int(silent.sum())]
    kept = how_sure >= least
    yield share("risk_by_confidence", wrong[kept], scored.patient[kept], case.confidence)
