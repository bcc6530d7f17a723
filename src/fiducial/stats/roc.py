"""The ROC curve: its area, DeLong's variance (by patient where patients repeat), comparisons and parts of the area."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats
from scipy.special import expit, logit

from fiducial.stats.clusters import count_clusters, numbered
from fiducial.stats.intervals import Interval, z_value

FEWEST = 8  # patients of a class; below it DeLong's variance of that class says too little


@dataclass(frozen=True, slots=True)
class AurocEstimate:
    """Areas under the curve of one or more models over the same decisions.

    ``areas``: (models,). ``covariance``: (models, models). ``positives``, ``negatives``: patients, or rows where each
    row is its own.
    """

    areas: NDArray[np.float64]
    covariance: NDArray[np.float64]
    positives: int
    negatives: int

    def interval(self, model: int = 0, confidence: float = 0.95) -> Interval:
        """DeLong's interval, cut to [0, 1].

        Newcombe's instead where the variance is 0 (perfect separation), or where a class has so few patients that
        their spread cannot be seen.
        """
        area, variance = float(self.areas[model]), float(self.covariance[model, model])
        if variance <= 0 or min(self.positives, self.negatives) < FEWEST:
            return newcombe_auroc_interval(area, self.positives, self.negatives, confidence)
        margin = z_value(confidence) * sqrt(variance)
        return Interval(max(0.0, area - margin), min(1.0, area + margin))

    def logit_interval(self, model: int = 0, confidence: float = 0.95) -> Interval:
        """As ``interval``, by Student's t on the logit scale with the patients of the rarer class less one.

        Far out, and where one class is rare, DeLong's own is too sure of itself: this one is for tests.
        """
        area, variance = float(self.areas[model]), float(self.covariance[model, model])
        fewest = min(self.positives, self.negatives)
        if variance <= 0 or fewest < FEWEST or not 0 < area < 1:
            return self.interval(model, confidence)
        quantile = float(stats.t.ppf((1 + confidence) / 2, fewest - 1))
        reach = quantile * sqrt(variance) / (area * (1 - area))
        centre = logit(area)
        return Interval(float(expit(centre - reach)), float(expit(centre + reach)))


@dataclass(frozen=True, slots=True)
class Comparison:
    """A test of two areas: ``statistic`` is Z, or t where the degrees of freedom are finite."""

    difference: float
    interval: Interval
    statistic: float
    p: float


def auroc(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    """Area under the ROC curve, ties counted half. ``truth``, ``score``: (n,).

    Raises:
        ValueError: one class is absent.
    """
    above, _ = placements(truth, score)
    return float(above.mean())


def delong(
    truth: NDArray[np.bool_], scores: NDArray[np.float64], patient: NDArray[np.int64] | None = None
) -> AurocEstimate:
    """Areas and their covariance. ``truth``: (n,). ``scores``: (models, n) or (n,). ``patient``: (n,), or None.

    Sources: DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44:837-845, doi:10.2307/2531595; with ``patient``,
    where one patient may give several rows of either class: Obuchowski 1997, Biometrics 53:567-578,
    doi:10.2307/2533958. Both agree where every patient gives one row.

    Raises:
        ValueError: one class is absent, or a score is NaN.
    """
    pairs = [placements(truth, score) for score in np.atleast_2d(scores)]
    of_ill = np.array([above for above, _ in pairs])
    of_healthy = np.array([below for _, below in pairs])
    areas = of_ill.mean(axis=1)
    if patient is None or count_clusters(patient) == patient.size:
        covariance = _covariance(of_ill) + _covariance(of_healthy)
        return AurocEstimate(areas, covariance, of_ill.shape[1], of_healthy.shape[1])
    return _clustered(truth, patient, of_ill, of_healthy)


def placements(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For every positive the share of negatives below it, for every negative the share of positives above it.

    One sort serves both. ``truth``, ``score``: (n,); gives (positives,) and (negatives,) in the order of the rows.

    Raises:
        ValueError: one class is absent, or a score is NaN.
    """
    positives = int(np.count_nonzero(truth))
    negatives = truth.size - positives
    if not positives or not negatives:
        raise ValueError(f"need both classes; got {positives} positives and {negatives} negatives")
    order = np.argsort(score)
    ranked = score[order]
    if np.isnan(ranked[-1]):  # NaN sorts last
        raise ValueError("a score is NaN")
    ill = truth[order]
    edges = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1], [True])))
    ill_until = np.concatenate(([0], np.cumsum(ill)))[edges]
    healthy_until = edges - ill_until
    group_sizes = np.diff(edges)
    share_below = (healthy_until[:-1] + healthy_until[1:]) / (2 * negatives)
    share_above = 1 - (ill_until[:-1] + ill_until[1:]) / (2 * positives)
    placed = np.empty(truth.size)
    placed[order] = np.where(ill, np.repeat(share_below, group_sizes), np.repeat(share_above, group_sizes))
    return placed[truth], placed[~truth]


def compare_paired(
    truth: NDArray[np.bool_],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    patient: NDArray[np.int64] | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """Two models over the same decisions (DeLong's Z test). Arrays: (n,)."""
    return compare_models(delong(truth, np.stack([first, second]), patient), confidence)


def compare_models(found: AurocEstimate, confidence: float = 0.95) -> Comparison:
    """The first two models of one estimate (DeLong's Z test)."""
    contrast = np.zeros(found.areas.size)
    contrast[:2] = 1.0, -1.0
    apart = float(contrast @ found.areas)
    spread = sqrt(max(0.0, float(contrast @ found.covariance @ contrast)))
    margin = z_value(confidence) * spread
    z = apart / spread if spread else (0.0 if apart == 0 else float(np.copysign(np.inf, apart)))
    p = 2 * NormalDist().cdf(-abs(z)) if np.isfinite(z) else 0.0
    return Comparison(apart, Interval(apart - margin, apart + margin), z, p)


def compare_unpaired(first: AurocEstimate, second: AurocEstimate, confidence: float = 0.95) -> Comparison:
    """One model over two independent groups of patients (Welch-like t test, as pROC does it)."""
    apart = float(first.areas[0] - second.areas[0])
    variances = np.array([first.covariance[0, 0], second.covariance[0, 0]])
    sizes = np.array([first.positives + first.negatives, second.positives + second.negatives])
    total = float(variances.sum())
    if total <= 0:
        return Comparison(apart, Interval(apart, apart), 0.0 if apart == 0 else np.inf, 1.0 if apart == 0 else 0.0)
    freedom = total**2 / float((variances**2 / (sizes - 1)).sum())
    t = apart / sqrt(total)
    margin = float(stats.t.ppf((1 + confidence) / 2, freedom)) * sqrt(total)
    return Comparison(apart, Interval(apart - margin, apart + margin), t, 2 * float(stats.t.sf(abs(t), freedom)))


def newcombe_auroc_interval(area: float, positives: int, negatives: int, confidence: float = 0.95) -> Interval:
    """An interval that does not collapse at an area of 0 or 1: Hanley and McNeil's variance, solved at the limits.

    Source: Newcombe 2006, Stat Med 25:559-573, method 5, doi:10.1002/sim.2324.
    """
    z = z_value(confidence)
    extra = (positives + negatives) / 2 - 1

    def distance(theta: float) -> float:
        spread = theta * (1 - theta) * (1 + extra * (1 - theta) / (2 - theta) + extra * theta / (1 + theta))
        return abs(area - theta) - z * sqrt(spread / (positives * negatives))

    # An area of 0 or 1 solves the equation trivially: the bracket leaves that end out.
    low = 0.0 if area <= 0 else float(optimize.brentq(distance, 0.0, min(area, 1 - 1e-12)))
    high = 1.0 if area >= 1 else float(optimize.brentq(distance, max(area, 1e-12), 1.0))
    return Interval(low, high)


def roc_points(
    truth: NDArray[np.bool_], score: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """False positive rates, sensitivities and the thresholds (``score >= t``) that give them, from (0, 0) to (1, 1)."""
    order = np.argsort(-score, kind="stable")
    ranked, ill = score[order], truth[order]
    last_of_group = np.concatenate((ranked[1:] != ranked[:-1], [True]))
    hits = np.cumsum(ill)[last_of_group]
    alarms = np.cumsum(~ill)[last_of_group]
    false_positive_rate = np.concatenate(([0.0], alarms / max(1, alarms[-1])))
    sensitivity = np.concatenate(([0.0], hits / max(1, hits[-1])))
    return false_positive_rate, sensitivity, np.concatenate(([np.inf], ranked[last_of_group]))


def partial_auroc(
    truth: NDArray[np.bool_], score: NDArray[np.float64], lowest_specificity: float, *, corrected: bool = False
) -> float:
    """Area where specificity is at least ``lowest_specificity``; ``corrected`` rescales so that no skill is 0.5.

    Source of the correction: McClish 1989, Med Decis Making 9:190-195, doi:10.1177/0272989X8900900307.
    """
    rate, sensitivity, _ = roc_points(truth, score)
    end = 1 - lowest_specificity
    inside = rate < end
    x = np.append(rate[inside], end)
    y = np.append(sensitivity[inside], np.interp(end, rate, sensitivity))
    area = float(np.trapezoid(y, x))
    if not corrected:
        return area
    no_skill = end**2 / 2
    return (1 + (area - no_skill) / (end - no_skill)) / 2


def _covariance(placed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the mean of the columns; a single column has no spread to see."""
    models, n = placed.shape
    return np.atleast_2d(np.cov(placed)) / n if n > 1 else np.zeros((models, models))


def _clustered(
    truth: NDArray[np.bool_],
    patient: NDArray[np.int64],
    of_ill: NDArray[np.float64],
    of_healthy: NDArray[np.float64],
) -> AurocEstimate:
    member, patients = numbered(patient)
    ill_member, healthy_member = member[truth], member[~truth]
    areas = of_ill.mean(axis=1)
    sums_ill = _sums(of_ill - areas[:, None], ill_member, patients) / of_ill.shape[1]
    sums_healthy = _sums(of_healthy - areas[:, None], healthy_member, patients) / of_healthy.shape[1]
    with_ill, with_healthy = count_clusters(ill_member), count_clusters(healthy_member)
    covariance = (
        _scaled(_products(sums_ill, sums_ill), with_ill)
        + _scaled(_products(sums_healthy, sums_healthy), with_healthy)
        + _scaled(_products(sums_ill, sums_healthy) + _products(sums_healthy, sums_ill), patients)
    )
    return AurocEstimate(areas, covariance, with_ill, with_healthy)


def _sums(values: NDArray[np.float64], member: NDArray[np.int64], patients: int) -> NDArray[np.float64]:
    return np.array([np.bincount(member, weights=row, minlength=patients) for row in values])


def _products(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    # Not `@`: for two or three long rows the threads of a BLAS wait for each other longer than they work.
    return np.asarray(np.einsum("ip,jp->ij", first, second), dtype=np.float64)


def _scaled(products: NDArray[np.float64], clusters: int) -> NDArray[np.float64]:
    return products * clusters / (clusters - 1) if clusters > 1 else products * 0
