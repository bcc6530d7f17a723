"""How different two groups are, in units of their spread, so that it does not grow with their size."""

from dataclasses import dataclass
from math import copysign, inf, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import chndtrinc, stdtrit

from fiducial.stats.intervals import Interval

WORTH_A_LOOK = 0.1  # Austin 2009
LIKELY_BIAS = 0.25  # Stuart 2010, Stat Sci 25:1-21, doi:10.1214/09-STS313
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class Standardised:
    """A standardised mean difference, first minus second; of categories it has no sign.

    ``value`` is infinite where the groups share nothing. ``interval`` (95% unless asked otherwise) is None there, and
    with fewer than two clusters in a group.
    """

    value: float
    interval: Interval | None

    @property
    def size(self) -> float:
        """The difference without its sign."""
        return abs(self.value)

    @property
    def beyond_chance(self) -> bool:
        """Whether the interval leaves zero out; two groups that share nothing are apart whatever their size."""
        if self.interval is None:
            return self.value in {inf, -inf}
        return self.interval.low > _NOTHING or self.interval.high < -_NOTHING


def difference_of_numbers(
    values: NDArray[np.float64], first: NDArray[np.bool_], cluster: NDArray[np.int64], confidence: float = 0.95
) -> Standardised:
    """``(mean1 - mean0) / sqrt((s1^2 + s0^2) / 2)``; ``values``, ``first``, ``cluster`` (from 0 up): (n,).

    The interval is the delta method by cluster, so that copies of a patient's image add no certainty and a patient may
    stand in both groups; Student's t with the clusters of the smaller group less one. With independent rows it is
    Bonett's.

    Source: Austin 2009, Stat Med 28:3083-3107, doi:10.1002/sim.3697; Bonett 2008, Psychol Methods 13:99-109,
    doi:10.1037/1082-989X.13.2.99.

    Raises:
        ValueError: a group is empty.
    """
    return _on_a_line(values, first, cluster, confidence, sample=True)


def difference_of_shares(
    bears: NDArray[np.bool_], first: NDArray[np.bool_], cluster: NDArray[np.int64], confidence: float = 0.95
) -> Standardised:
    """``(p1 - p0) / sqrt((p1 (1 - p1) + p0 (1 - p0)) / 2)``; all (n,), interval as :func:`difference_of_numbers`.

    Source: Austin 2009, Stat Med 28:3083-3107, doi:10.1002/sim.3697.

    Raises:
        ValueError: a group is empty.
    """
    return _on_a_line(bears.astype(np.float64), first, cluster, confidence, sample=False)


def difference_of_categories(
    codes: NDArray[np.int64], first: NDArray[np.bool_], cluster: NDArray[np.int64], confidence: float = 0.95
) -> Standardised:
    """``sqrt(T' S^-1 T)`` with T the differences of the shares and S the mean of both covariances; all (n,).

    ``codes``: from 0 up. The interval inverts the noncentral chi-square with as many degrees of freedom as categories
    less one, so that many categories alone do not push it off 0, in units of the published variance with the trials
    that clusters of unequal size are worth at most (Kish 1965, Survey Sampling).

    Source: Yang and Dalton 2012, SAS Global Forum, paper 335-2012.

    Raises:
        ValueError: a group is empty.
    """
    counts, clusters = _sizes(first, cluster)
    levels = int(codes.max()) + 1
    p1, p0 = (np.bincount(codes[group], minlength=levels) / group.sum() for group in (first, ~first))
    seen = np.flatnonzero(p1 + p0)[1:]  # the last share follows from the others
    value = _distance(p1[seen], p0[seen])
    if value == inf or clusters.min() < 2:
        return Standardised(value, None)
    worth = counts.sum(axis=1) ** 2 / (counts**2).sum(axis=1)
    variance = _published_variance(value, worth)
    return Standardised(value, _without_sign(value, variance, seen.size, confidence))


def _distance(p1: NDArray[np.float64], p0: NDArray[np.float64]) -> float:
    apart = p1 - p0
    if np.abs(apart).max(initial=0) < _NOTHING:
        return 0.0
    spread = (np.diag(p1) - np.outer(p1, p1) + np.diag(p0) - np.outer(p0, p0)) / 2
    weights = np.linalg.lstsq(spread, apart, rcond=None)[0]
    unexplained = np.abs(spread @ weights - apart).max()
    return inf if unexplained > 1e-8 else sqrt(max(0.0, float(apart @ weights)))


def _without_sign(value: float, variance: float, freedom: int, confidence: float) -> Interval:
    if not freedom:
        return Interval(0.0, 0.0)
    low, high = (chndtrinc(value**2 / variance, freedom, (1 + sign * confidence) / 2) for sign in (1, -1))
    return Interval(min(value, sqrt(low * variance)), max(value, sqrt(high * variance)))


def _on_a_line(
    values: NDArray[np.float64],
    first: NDArray[np.bool_],
    cluster: NDArray[np.int64],
    confidence: float,
    *,
    sample: bool,
) -> Standardised:
    """Everything from sums by cluster and group, so that 100,000 rows cost milliseconds a variable."""
    counts, clusters = _sizes(first, cluster)
    key = cluster + counts.shape[1] * first
    centred = values - values.mean()
    sums = np.bincount(key, centred, counts.size).reshape(2, -1)
    squares = np.bincount(key, centred**2, counts.size).reshape(2, -1)
    n = counts.sum(axis=1)
    mean = sums.sum(axis=1) / n
    variance = squares.sum(axis=1) / n - mean**2
    variance[variance < _NOTHING * squares.sum() / n.sum()] = 0.0
    if sample:
        variance *= n / np.maximum(1, n - 1)
    apart, spread = float(mean[1] - mean[0]), sqrt(float(variance.mean()))
    if spread == 0:
        return Standardised(copysign(inf, apart) if abs(apart) > _NOTHING * np.abs(values).max() else 0.0, None)
    value = apart / spread
    if clusters.min() < 2:
        return Standardised(value, None)
    # The influence of a row x is sign (x - mean) / spread - value ((x - mean)^2 - variance) / (4 spread^2), over n.
    sign, bend = np.array([-1, 1]) / (spread * n), value / (4 * spread**2 * n)
    # Sums, not matrix products: the latter wake threads, which costs more than the sums.
    parts = _columns(sign + 2 * bend * mean) * sums - _columns(bend) * squares
    influence = (parts - _columns(sign * mean + bend * (mean**2 - variance)) * counts).sum(axis=0)
    there = int(np.count_nonzero(counts.sum(axis=0)))
    error = there / (there - 1) * float((influence**2).sum())
    if not variance.all():  # a group without spread hides its own uncertainty
        error = max(error, _published_variance(value, clusters))
    reach = float(stdtrit(int(clusters.min()) - 1, (1 + confidence) / 2)) * sqrt(error)
    return Standardised(value, Interval(value - reach, value + reach))


def _columns(of_groups: NDArray[np.float64]) -> NDArray[np.float64]:
    return of_groups[:, np.newaxis]


def _published_variance(value: float, trials: NDArray[np.float64] | NDArray[np.int64]) -> float:
    """Hedges and Olkin 1985, Statistical Methods for Meta-Analysis, as Yang and Dalton give it."""
    return float(trials.sum() / trials.prod() + value**2 / (2 * trials.sum()))


def _sizes(first: NDArray[np.bool_], cluster: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Rows by group and cluster (2, clusters), and clusters by group (2,); the second group comes first."""
    if not first.any() or first.all():
        raise ValueError("need two groups; one of them is empty")
    width = int(cluster.max()) + 1
    counts = np.bincount(cluster + width * first, minlength=2 * width).reshape(2, width).astype(np.float64)
    return counts, np.count_nonzero(counts, axis=1).astype(np.int64)
