"""Shares of trials that do not all count the same: a missed fresh fracture weighs more than a missed healed one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.stats.clusters import numbered
from fiducial.stats.intervals import Interval, wilson, wilson_clustered


@dataclass(frozen=True, slots=True)
class WeightedShare:
    """The weight of the successes over all weight, and its interval."""

    value: float
    interval: Interval


def weighted_share(
    success: NDArray[np.bool_],
    weight: NDArray[np.float64],
    cluster: NDArray[np.int64],
    confidence: float = 0.95,
) -> WeightedShare:
    """The share of the weight that succeeds; trials may come in clusters. ``success``, ``weight``, ``cluster``: (n,).

    Wilson's interval for as many independent trials as the clusters and their weights are worth: the variance of the
    ratio estimator by cluster (Cochran 1977, Sampling Techniques, chapter 6), and where all outcomes are the same,
    which shows no variance, (sum w)^2 / sum w^2 over clusters (Kish 1965, Survey Sampling, section 11.7). Trials never
    count for more than Kish's number. With equal weights this is
    :func:`~fiducial.stats.intervals.wilson_clustered`.

    Raises:
        ValueError: no trial, a negative weight, or no weight at all.
    """
    if not success.size or (weight < 0).any() or not np.isfinite(weight).all():
        raise ValueError("need at least one trial, and weights of 0 or more")
    total = float(weight.sum())
    if total == 0:
        raise ValueError("every weight is 0, so nothing is weighed")
    if (weight == weight[0]).all():
        return WeightedShare(float(success.mean()), wilson_clustered(success, cluster, confidence))
    share = float(weight @ success) / total
    member, clusters = numbered(cluster)
    # A cluster without weight is none: it tells nothing of the share.
    by_cluster = np.bincount(member, weight, clusters)
    most = total**2 / float(np.square(weight).sum())
    effective = total**2 / float(np.square(by_cluster).sum())
    bearing = int(np.count_nonzero(by_cluster))
    if 0 < share < 1 and bearing > 1:
        residual = np.bincount(member, weight * (success - share), clusters)
        variance = bearing / (bearing - 1) * float(np.square(residual).sum()) / total**2
        effective = float(np.clip(share * (1 - share) / variance if variance else most, 1.0, most))
    share = min(max(share, 0.0), 1.0)
    return WeightedShare(share, wilson(share * effective, effective, confidence))
