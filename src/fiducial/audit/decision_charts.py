"""Decision curves at the prevalence of use, and what the predictive values become on the way there."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.benefit import rates
from fiducial.audit.case import Case, Decisions
from fiducial.audit.metrics import predictive_values_at
from fiducial.audit.probabilities import as_probabilities
from fiducial.claims.charts import Curves, Series
from fiducial.claims.evidence import Figure
from fiducial.predictions.calibrators import shift_prevalence
from fiducial.stats.decision import DecisionCurve, decision_curve, net_benefit

POINTS = 100  # threshold probabilities of a curve
BELOW = 0.3  # a line is drawn down to this part of the prevalence below 0
TRAP = (0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01)  # from an even sample to the rarity of screening

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Charts, and what there is to say of them."""

    charts: tuple[Curves, ...]
    notes: tuple[str, ...]


def decision_charts(case: Case, decisions: Decisions, rng: np.random.Generator) -> Drawn:
    """One chart a claimed prevalence: the scores as probabilities moved there, and the calls at the claim's threshold.

    The scores count as probabilities at the prevalence of the rows, or at ``claim.scores_at``; their odds are moved by
    the ratio of the prior odds. Where they are no probabilities the curve pays for it; the line of the calls does not.
    """
    charts, notes = [], []
    decisions = as_probabilities(case, decisions)
    for prevalence in sorted(set(case.claim.claim.prevalence or ())):
        shifted = shift_prevalence(decisions.score, float(decisions.truth.mean()), prevalence)
        try:
            curve = decision_curve(
                decisions.truth,
                shifted,
                decisions.patient,
                _thresholds(case, prevalence),
                rng,
                prevalence=prevalence,
                resamples=case.resamples,
                confidence=case.confidence,
            )
        except ValueError as reason:
            notes.append(f"No decision curve at {100 * prevalence:g}% ill: {reason}.")
            continue
        charts.append(_chart(decisions, prevalence, curve, case))
        notes.append(_range(curve, prevalence))
    return Drawn(tuple(charts), tuple(notes))


def prevalence_trap(case: Case, sensitivity: Figure, specificity: Figure) -> tuple[Curves, tuple[Figure, ...]]:
    """PPV and NPV of the same calls from an even sample down to one in a hundred, as a chart and as figures."""
    shares = sorted({*TRAP, *(case.claim.claim.prevalence or ())})
    pairs = [(p, predictive_values_at(p, sensitivity, specificity)) for p in shares]
    known = [(p, pair) for p, pair in pairs if all(np.isfinite(one.value) for one in pair)]
    lines = tuple(_predictive(name, index, known) for index, name in enumerate(("PPV", "NPV")))
    chart = Curves(
        "relevance-prevalence",
        "The same calls at other prevalences",
        "% ill",
        "share of calls that are right",
        lines,
        diagonal=False,
    )
    ends = {TRAP[0], TRAP[-1], *(case.claim.claim.prevalence or ())}
    return chart, tuple(one for p, pair in known if p in ends for one in pair)


def _predictive(name: str, index: int, known: list[tuple[float, tuple[Figure, Figure]]]) -> Series:
    told = [(p, pair[index]) for p, pair in known]
    ends = [one.interval for _, one in told if one.interval]
    return Series(
        name,
        tuple(100 * p for p, _ in told),
        tuple(one.value for _, one in told),
        tuple(one.low for one in ends),
        tuple(one.high for one in ends),
    )


def _thresholds(case: Case, prevalence: float) -> Floats:
    """From half a percent to well beyond the claimed threshold probabilities, at which the curves are of interest."""
    claimed = case.claim.claim.threshold_probability
    top = max(0.1, 4 * prevalence, 2 * claimed[1] if claimed else 0.0)
    return np.linspace(0.005, min(0.99, top), POINTS)


def _chart(decisions: Decisions, prevalence: float, curve: DecisionCurve, case: Case) -> Curves:
    hit, alarm = rates(decisions, case.confidence)
    found, in_vain = (np.full(curve.threshold.size, one.value) for one in (hit, alarm))
    calls = net_benefit(prevalence, found, in_vain, curve.threshold)
    lines = (
        _line("scores as probabilities", curve.threshold, curve.model, prevalence, curve),
        _line(f"calls at {case.claim.claim.threshold.value:g}", curve.threshold, calls, prevalence),
        _line("treat all", curve.threshold, curve.treat_all, prevalence),
        _line("treat nobody", curve.threshold, np.zeros(curve.threshold.size), prevalence),
    )
    return Curves(
        f"relevance-decision-{prevalence:g}",
        f"Decision curve, {100 * prevalence:g}% ill",
        "threshold probability",
        "net benefit",
        tuple(line for line in lines if line.x),
        diagonal=False,
    )


def _line(name: str, x: Floats, y: Floats, prevalence: float, band: DecisionCurve | None = None) -> Series:
    seen = y >= -BELOW * prevalence
    ends = (tuple(band.low[seen].clip(-prevalence).tolist()), tuple(band.high[seen].tolist())) if band else ((), ())
    return Series(name, tuple(x[seen].tolist()), tuple(y[seen].tolist()), *ends)


def _range(curve: DecisionCurve, prevalence: float) -> str:
    """Over which threshold probabilities the scores are surely worth more than both simple policies."""
    better = curve.low > np.maximum(curve.treat_all, 0)
    where = f"where {100 * prevalence:g}% are ill"
    if not better.any():
        return (
            f"Read as probabilities and moved to the prevalence of use, the scores are nowhere surely worth more than "
            f"treating all or nobody, {where}."
        )
    low, high = (100 * curve.threshold[better][end] for end in (0, -1))
    gaps = "" if better[better.argmax() : better.size - better[::-1].argmax()].all() else ", with gaps between"
    return (
        f"Read as probabilities and moved to the prevalence of use, the scores are worth more than treating all and "
        f"nobody for whoever acts from {low:.1f}% to {high:.1f}%{gaps}, {where} (whole interval)."
    )


def trap_told(figures: tuple[Figure, ...], observed: float, case: Case) -> Iterator[str]:
    """How much fewer positive calls are right at the lowest claimed prevalence than in these rows."""
    lowest = (case.claim.claim.prevalence or (None,))[0]
    there = next((one for one in figures if one.name == f"ppv_at_{lowest:g}"), None) if lowest else None
    if there is not None and np.isfinite(observed) and there.value < observed / 2:
        yield (
            f"Of 100 positive calls {100 * observed:.0f} are right in these rows, and {100 * there.value:.0f} where "
            f"{100 * (lowest or 0):g}% are ill: the sample's predictive value does not travel."
        )
