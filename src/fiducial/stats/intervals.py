"""Confidence intervals for proportions, their differences and what follows from them."""

from dataclasses import dataclass
from math import inf, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, stdtrit

from fiducial.stats.clusters import numbered


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval; ``low <= high``."""

    low: float
    high: float


def z_value(confidence: float) -> float:
    """The two-sided normal quantile, 1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson(successes: float, n: float, confidence: float = 0.95) -> Interval:
    """Two-sided Wilson score interval for a binomial proportion; trials independent. Counts may be effective ones.

    Source: Wilson 1927, J Am Stat Assoc 22:209-212, doi:10.1080/01621459.1927.10502953.

    Raises:
        ValueError: not ``0 <= successes <= n`` with ``n > 0``.
    """
    if not 0 <= successes <= n or n == 0:
        raise ValueError(f"need 0 <= successes <= n and n > 0; got {successes} of {n}")
    z = z_value(confidence)
    p = successes / n
    shrink = 1 + z**2 / n
    centre = (p + z**2 / (2 * n)) / shrink
    margin = z / shrink * sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    # At 0 and n the bound is exact; rounding must not push it past the estimate.
    return Interval(
        0.0 if successes == 0 else max(0.0, centre - margin),
        1.0 if successes == n else min(1.0, centre + margin),
    )


def wilson_clustered(success: NDArray[np.bool_], cluster: NDArray[np.int64], confidence: float = 0.95) -> Interval:
    """Wilson's interval for trials that come in clusters (several images of one patient).

    ``success``, ``cluster``: (n,). The number of trials is divided by the design effect of the ratio estimator; where
    every trial has the same outcome that effect cannot be seen and each cluster counts as one trial. With one trial a
    cluster this is :func:`wilson`.

    Source: Rao and Scott 1992, Biometrics 48:577-585, doi:10.2307/2532311.

    Raises:
        ValueError: no trial.
    """
    effective = effective_trials(success, cluster)
    if effective == success.size:
        return wilson(int(success.sum()), success.size, confidence)
    return wilson(float(success.mean()) * effective, effective, confidence)


def effective_trials(success: NDArray[np.bool_], cluster: NDArray[np.int64]) -> float:
    """How many independent trials these are worth. ``success``, ``cluster``: (n,).

    Raises:
        ValueError: no trial.
    """
    n = success.size
    if not n:
        raise ValueError("need at least one trial; got none")
    member, clusters = numbered(cluster)
    if clusters == n:
        return float(n)
    p = float(success.mean())
    if not 0 < p < 1 or clusters < 2:
        return float(clusters)
    residuals = np.bincount(member, weights=success) - p * np.bincount(member)
    variance = clusters / (clusters - 1) * float(np.square(residuals).sum()) / n**2
    # Never fewer than one trial in all, never more than the trials there are.
    return float(np.clip(p * (1 - p) / variance if variance else n, 1.0, n))


def exact(share: NDArray[np.float64], trials: NDArray[np.float64], confidence: float = 0.95) -> NDArray[np.float64]:
    """The ends of exact intervals, (2, k); as sure as they say however rare the failures, hence wider than Wilson's.

    ``share``: (k,), from 0 to 1; ``trials``: (k,), above 0, perhaps effective ones.

    Sources: Clopper and Pearson 1934, Biometrika 26:404-413, doi:10.1093/biomet/26.4.404; with effective trials where
    they come in clusters: Korn and Graubard 1998, Surv Methodol 24:193-201.
    """
    tail, hits = (1 - confidence) / 2, share * trials
    with np.errstate(invalid="ignore"):
        low = np.where(share > 0, betaincinv(hits, trials - hits + 1, tail), 0.0)
        high = np.where(share < 1, betaincinv(hits + 1, trials - hits, 1 - tail), 1.0)
    return np.stack([np.minimum(low, share), np.maximum(high, share)])


def exact_clustered(success: NDArray[np.bool_], cluster: NDArray[np.int64], confidence: float = 0.95) -> Interval:
    """As :func:`exact`, of trials that may come in clusters. ``success``, ``cluster``: (n,).

    Raises:
        ValueError: no trial.
    """
    trials = np.array([effective_trials(success, cluster)])
    low, high = exact(np.array([success.mean()]), trials, confidence)[:, 0].tolist()
    return Interval(low, high)


def difference(first: float, of_first: Interval, second: float, of_second: Interval) -> Interval:
    """Interval of ``first - second``, two independent estimates, from the interval of each (square-and-add, MOVER).

    Source: Newcombe 1998, Stat Med 17:873-890, method 10,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
    """
    apart = first - second
    below = sqrt((first - of_first.low) ** 2 + (of_second.high - second) ** 2)
    above = sqrt((of_first.high - first) ** 2 + (second - of_second.low) ** 2)
    return Interval(apart - below, apart + above)


def difference_paired(
    first: NDArray[np.bool_], second: NDArray[np.bool_], cluster: NDArray[np.int64], confidence: float = 0.95
) -> Interval:
    """Interval of ``share(first) - share(second)``, two outcomes of the same trials, which may come in clusters.

    ``first``, ``second``, ``cluster``: (n,). Square-and-add from Wilson's intervals with the correlation of both
    shares, lowered as if half a trial had turned out otherwise: that no outcome differed does not prove that none ever
    will. With one trial a cluster this is Newcombe's method 10.

    Source: Newcombe 1998, Stat Med 17:2635-2650,
    doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C.

    Raises:
        ValueError: no trial.
    """
    of_first, of_second = (wilson_clustered(one, cluster, confidence) for one in (first, second))
    p1, p2 = float(first.mean()), float(second.mean())
    together = _correlation(first, second, cluster)
    below = _apart(p1 - of_first.low, of_second.high - p2, together)
    above = _apart(of_first.high - p1, p2 - of_second.low, together)
    return Interval(p1 - p2 - below, p1 - p2 + above)


def mean_clustered(
    values: NDArray[np.float64], cluster: NDArray[np.int64], confidence: float = 0.95
) -> Interval | None:
    """Interval of the mean of ``values`` that come in clusters; both (n,). None with fewer than two clusters.

    The variance of the ratio estimator, with Student's t of the clusters less one: Cochran 1977, Sampling Techniques,
    chapter 9A (single-stage cluster sampling, clusters of unequal sizes).
    """
    member, clusters = numbered(cluster)
    if clusters < 2:
        return None
    mean = float(values.mean())
    apart = np.bincount(member, values - mean)
    spread = sqrt(clusters / (clusters - 1) * float(np.square(apart).sum())) / values.size
    margin = float(stdtrit(clusters - 1, (1 + confidence) / 2)) * spread
    return Interval(mean - margin, mean + margin)


def mean_of_equals(value: float, n: int, low: float, high: float, confidence: float = 0.95) -> Interval:
    """Interval of a mean of which ``n`` independent values, each within [low, high], were all ``value``.

    Their spread is 0 and says nothing. But the share of values that differ is one of which 0 of n were seen (Wilson),
    and each that differs moves the mean as far as an end at most.

    Raises:
        ValueError: no value, or one outside its range.
    """
    if n == 0 or not low <= value <= high:
        raise ValueError(f"need n > 0 and {low} <= value <= {high}; got {value} of {n}")
    differ = wilson(0, n, confidence).high
    return Interval(value - differ * (value - low), value + differ * (high - value))


def _correlation(first: NDArray[np.bool_], second: NDArray[np.bool_], cluster: NDArray[np.int64]) -> float:
    """Of two shares of the same trials, if positive with a continuity correction; 0 where one shows no spread."""
    member, clusters = numbered(cluster)
    of_first, of_second = (np.bincount(member, one - one.mean()) for one in (first, second))
    scale = sqrt(float(np.square(of_first).sum()) * float(np.square(of_second).sum()))
    product = float(of_first @ of_second)
    if product > 0:
        product = max(0.0, product - 0.5 * (first.size / clusters) ** 2)
    return product / scale if scale else 0.0


def _apart(one: float, other: float, correlation: float) -> float:
    return sqrt(max(0.0, one**2 - 2 * correlation * one * other + other**2))


def ratio(top: float, of_top: Interval, bottom: float, of_bottom: Interval) -> Interval:
    """Interval of ``top / bottom``, two independent proportions, from the interval of each (MOVER-R).

    Source: Newcombe 2016, Stat Methods Med Res 25:1774-1778, doi:10.1177/0962280213502144.
    """
    return Interval(
        _ratio_bound(top, bottom, of_top.low, of_bottom.high, sign=-1),
        _ratio_bound(top, bottom, of_top.high, of_bottom.low, sign=1),
    )


def _ratio_bound(top: float, bottom: float, of_top: float, of_bottom: float, *, sign: int) -> float:
    denominator = of_bottom * (2 * bottom - of_bottom)
    if denominator == 0:
        return inf if sign > 0 else 0.0
    root = (top * bottom) ** 2 - of_top * of_bottom * (2 * top - of_top) * (2 * bottom - of_bottom)
    return max(0.0, (top * bottom + sign * sqrt(max(0.0, root))) / denominator)
