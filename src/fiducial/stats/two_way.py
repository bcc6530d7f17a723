"""A share of readings: they come in clusters twice, by reader and by patient."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from fiducial.stats.clusters import numbered
from fiducial.stats.intervals import Interval, wilson, z_value


def wilson_two_way(
    success: NDArray[np.bool_], reader: NDArray[np.int64], patient: NDArray[np.int64], confidence: float = 0.95
) -> Interval:
    """Wilson's interval with the trials that the readings are worth. All: (n,).

    The variance is the sum of those by reader and by patient minus that by reading, and never below any of the three;
    the effective trials p(1 - p) / variance are lowered by Student's t of the rarer cluster less one, and are at most
    the readings. Where all readings have one outcome their spread cannot be seen, and each of the rarer clusters counts
    as one trial.

    Sources: Cameron, Gelbach and Miller 2011, J Bus Econ Stat 29:238-249, doi:10.1198/jbes.2010.07136; Korn and
    Graubard 1998, Survey Methodology 24:193-201 (effective trials with few degrees of freedom).

    Raises:
        ValueError: no reading.
    """
    n = success.size
    if not n:
        raise ValueError("need at least one reading; got none")
    clusters = [numbered(cluster) for cluster in (reader, patient)]
    fewest = min(count for _, count in clusters)
    p = float(success.mean())
    if p in {0.0, 1.0} or fewest < 2:
        return wilson(p * fewest, fewest, confidence)
    apart = success.astype(np.float64) - p
    by_reader, by_patient = (
        _variance(np.bincount(member, weights=apart).astype(np.float64), n) for member, _ in clusters
    )
    by_reading = _variance(apart, n)
    variance = max(by_reader + by_patient - by_reading, by_reader, by_patient, by_reading)
    shrink = (z_value(confidence) / float(stdtrit(fewest - 1, (1 + confidence) / 2))) ** 2
    effective = float(np.clip(p * (1 - p) / variance * shrink, 1.0, n))
    return wilson(p * effective, effective, confidence)


def _variance(sums: NDArray[np.float64], n: int) -> float:
    """Of a share of ``n`` readings, from the sums of deviations of its clusters."""
    return sums.size / (sums.size - 1) * float(np.square(sums).sum()) / n**2
