"""One reader's figures, with the interval that fits them."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.readers.cells import Metric, Usable, name_of
from fiducial.claims.evidence import Figure
from fiducial.stats.intervals import Interval, difference, wilson_clustered, z_value
from fiducial.stats.mrmc import Estimate
from fiducial.stats.roc import AurocEstimate

TINY = 1e-24  # a variance below it is rounding


def reader_figure(found: Usable, cell: tuple[int, int], value: float, variance: float, confidence: float) -> Figure:
    """One reader in one arm: on the logit scale for an area, Wilson's by patient for a share."""
    arm, reader = cell
    row = found.values[arm, reader]
    read = np.isfinite(row)
    subgroup = f"{found.study.readers[reader]}, {found.study.arms[arm]}"
    asked = found.rows(arm, reader)
    interval: Interval | None
    if found.metric in {"sensitivity", "specificity"}:
        right = row[asked] == (1.0 if found.metric == "sensitivity" else 0.0)
        interval = wilson_clustered(right, found.study.patient[asked], confidence)
    elif found.metric == "auroc":
        classes = [_patients(found, read & kind) for kind in (found.study.truth, ~found.study.truth)]
        kept = variance if variance > TINY else 0.0
        area = AurocEstimate(np.array([value]), np.array([[kept]]), classes[0], classes[1])
        interval = area.logit_interval(0, confidence)
    else:
        interval = _by_z(value, variance, confidence)
    return Figure(name_of(found.metric), value, interval, int(asked.sum()), subgroup=subgroup)


def mean_interval(metric: Metric, mean: Estimate, confidence: float) -> Interval | None:
    """Of the mean of several readers: on the logit scale where the metric is a share."""
    return mean.share_interval(confidence) if isinstance(metric, str) else mean.interval


def within_shares(metric: Metric, change: Interval | None) -> Interval | None:
    """Of a difference of two figures: where the metric is a share, no end lies beyond -1 or 1."""
    if change is None or not isinstance(metric, str):
        return change
    return Interval(max(-1.0, change.low), min(1.0, change.high))


def reader_gain(
    metric: Metric, reader: str, figures: tuple[Figure, Figure], covariance: NDArray[np.float64], confidence: float
) -> Figure:
    """Second minus first arm of one reader; where nothing varied, square-and-add from both intervals."""
    first, second = figures
    apart = second.value - first.value
    variance = float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    interval = within_shares(metric, _by_z(apart, variance, confidence))
    if interval is None and first.interval and second.interval:
        interval = difference(second.value, second.interval, first.value, first.interval)
    return Figure(f"{name_of(metric)}_gain", apart, interval, max(first.n, second.n), subgroup=reader)


def _by_z(value: float, variance: float, confidence: float) -> Interval | None:
    if variance <= TINY:
        return None
    margin = z_value(confidence) * sqrt(variance)
    return Interval(value - margin, value + margin)


def _patients(found: Usable, rows: NDArray[np.bool_]) -> int:
    return int(np.unique(found.study.patient[rows]).size)
