"""The figures of a group of decisions: AUROC, all four corners, and predictive values at the prevalence of use."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.case import Decisions
from fiducial.claims.charts import FourCorners
from fiducial.claims.evidence import Figure
from fiducial.errors import CannotJudge
from fiducial.stats.intervals import Interval, difference, ratio, wilson_clustered
from fiducial.stats.roc import delong

FLOOR_METRICS = ("auroc", "sensitivity", "specificity")


@dataclass(frozen=True, slots=True)
class Corners:
    """The confusion matrix of a group, in decisions."""

    true_positives: int
    false_negatives: int
    false_positives: int
    true_negatives: int

    def figures(self, subgroup: str) -> tuple[Figure, ...]:
        """The four counts."""
        n = self.true_positives + self.false_negatives + self.false_positives + self.true_negatives
        return tuple(
            Figure(name, getattr(self, name), None, n, "decisions", subgroup)
            for name in ("true_positives", "false_negatives", "false_positives", "true_negatives")
        )

    def chart(self, subgroup: str, prevalences: tuple[float, ...] = ()) -> FourCorners:
        """The matrix as the report draws it, with predictive values as observed and at other prevalences."""
        observed = ("as here", self._ppv_at(self.prevalence), self._npv_at(self.prevalence))
        claimed = ((f"at {100 * p:g}% ill", self._ppv_at(p), self._npv_at(p)) for p in sorted(set(prevalences)))
        return FourCorners(
            f"corners-{subgroup}",
            f"All four corners, {subgroup}",
            self.true_positives,
            self.false_negatives,
            self.false_positives,
            self.true_negatives,
            (observed, *claimed),
        )

    @property
    def prevalence(self) -> float:
        """The share that is ill; NaN of nobody."""
        return _quotient(self._ill, self._ill + self._healthy)

    @property
    def _ill(self) -> int:
        return self.true_positives + self.false_negatives

    @property
    def _healthy(self) -> int:
        return self.false_positives + self.true_negatives

    def _ppv_at(self, prevalence: float) -> float:
        sensitivity, specificity = self._shares()
        return bayes(prevalence, sensitivity, specificity)

    def _npv_at(self, prevalence: float) -> float:
        sensitivity, specificity = self._shares()
        return bayes(1 - prevalence, specificity, sensitivity)

    def _shares(self) -> tuple[float, float]:
        return _quotient(self.true_positives, self._ill), _quotient(self.true_negatives, self._healthy)


def corners(decisions: Decisions) -> Corners:
    """Count all four corners of answered decisions."""
    called, ill = decisions.called, decisions.truth
    return Corners(
        int(np.sum(called & ill)), int(np.sum(~called & ill)), int(np.sum(called & ~ill)), int(np.sum(~called & ~ill))
    )


def measure(metric: str, decisions: Decisions, confidence: float, subgroup: str = "all") -> Figure:
    """One of FLOOR_METRICS over answered decisions, its interval by patient.

    Raises:
        CannotJudge: nobody is ill, or nobody is healthy, so that the metric has no meaning.
    """
    ill = decisions.truth
    if metric in {"auroc", "sensitivity"} and not ill.any():
        raise CannotJudge(f"{metric} needs ill patients and {_group(subgroup)} has none")
    if metric in {"auroc", "specificity"} and ill.all():
        raise CannotJudge(f"{metric} needs healthy patients and {_group(subgroup)} has none")
    if metric == "auroc":
        found = delong(ill, decisions.score, decisions.patient)
        return Figure(
            "auroc", float(found.areas[0]), found.logit_interval(0, confidence), len(decisions), subgroup=subgroup
        )
    asked = ill if metric == "sensitivity" else ~ill
    right = decisions.called if metric == "sensitivity" else ~decisions.called
    return _share(metric, right[asked], decisions.patient[asked], confidence, subgroup)


def predictive_values(decisions: Decisions, confidence: float, subgroup: str = "all") -> tuple[Figure, ...]:
    """PPV and NPV as observed, at the prevalence of these very rows; absent where nobody was called so."""
    figures = []
    for name, asked, right in (
        ("ppv_observed", decisions.called, decisions.truth),
        ("npv_observed", ~decisions.called, ~decisions.truth),
    ):
        if asked.any():
            figures.append(_share(name, right[asked], decisions.patient[asked], confidence, subgroup))
    return tuple(figures)


def predictive_values_at(
    prevalence: float, sensitivity: Figure, specificity: Figure, subgroup: str = "all"
) -> tuple[Figure, Figure]:
    """PPV and NPV at another prevalence, through Bayes' rule; the interval from those of both shares (MOVER-R)."""
    hit, cleared = _told(sensitivity), _told(specificity)
    odds = (1 - prevalence) / prevalence
    n = sensitivity.n + specificity.n
    alarm, miss = _complement(cleared), _complement(hit)
    ppv = _inverse(odds, ratio(1 - specificity.value, alarm, sensitivity.value, hit))
    npv = _inverse(1 / odds, ratio(1 - sensitivity.value, miss, specificity.value, cleared))
    return (
        Figure(
            f"ppv_at_{prevalence:g}", bayes(prevalence, sensitivity.value, specificity.value), ppv, n, "1", subgroup
        ),
        Figure(
            f"npv_at_{prevalence:g}", bayes(1 - prevalence, specificity.value, sensitivity.value), npv, n, "1", subgroup
        ),
    )


def between(first: Figure, second: Figure) -> Interval:
    """The interval of ``first - second``, two figures of different patients."""
    return difference(first.value, _told(first), second.value, _told(second))


def bayes(prevalence: float, sensitivity: float, specificity: float) -> float:
    """The share of true ones among the called; NaN where nobody would be called."""
    right = prevalence * sensitivity
    wrong = (1 - prevalence) * (1 - specificity)
    return right / (right + wrong) if right + wrong else float("nan")


def _share(name: str, right: NDArray[np.bool_], patient: NDArray[np.int64], confidence: float, subgroup: str) -> Figure:
    return Figure(
        name, float(right.mean()), wilson_clustered(right, patient, confidence), int(right.size), subgroup=subgroup
    )


def _quotient(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _told(figure: Figure) -> Interval:
    return figure.interval or Interval(0.0, 1.0)


def _complement(interval: Interval) -> Interval:
    return Interval(1 - interval.high, 1 - interval.low)


def _inverse(odds: float, of_ratio: Interval) -> Interval:
    return Interval(1 / (1 + odds * of_ratio.high), 1 / (1 + odds * of_ratio.low))


def _group(subgroup: str) -> str:
    return "the internal split" if subgroup == "all" else subgroup
