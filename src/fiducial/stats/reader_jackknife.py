"""Leave one patient out: closed forms for areas and means, a loop for any other metric.

Each gives the value of every cell, and its influences (cells, units) scaled so that their products are covariances. A
patient whose cases a cell did not read has no influence on it.
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]


def jackknife_auroc(
    truth: Bools, values: Floats, placed: Floats, areas: Floats, unit: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Of areas under the curve. ``placed``: of every case its placement among the cases of the other class.

    Raises:
        ValueError: without one patient a cell has no case of a class left.
    """
    read = np.isfinite(values)
    ill, healthy = read & truth, read & ~truth
    positives, negatives = ill.sum(axis=1, keepdims=True), healthy.sum(axis=1, keepdims=True)
    lost_ill, lost_healthy = _by_unit(ill, unit), _by_unit(healthy, unit)
    left = (positives - lost_ill) * (negatives - lost_healthy)
    if (left == 0).any():
        raise ValueError("without one patient a reader has no case of one class left; more patients are needed")
    kernels = areas[:, None] * positives * negatives
    kernels = kernels - negatives * _by_unit(np.where(ill, placed, 0.0), unit)
    kernels = kernels - positives * _by_unit(np.where(healthy, placed, 0.0), unit)
    for one in _of_both_classes(truth, unit):  # taken away with the ill and with the healthy case: given back once
        kernels[:, one] += _own(values[:, truth & (unit == one)], values[:, ~truth & (unit == one)])
    return areas, _scaled(kernels / left, (lost_ill + lost_healthy) > 0)


def jackknife_mean(filled: Floats, read: Bools, unit: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Of means over the cases read. ``filled``: 0 where a case was not read.

    Raises:
        ValueError: without one patient a cell has no case left.
    """
    n, total = read.sum(axis=1, keepdims=True), filled.sum(axis=1, keepdims=True)
    lost = _by_unit(read, unit)
    if (lost == n).any():
        raise ValueError("without one patient a reader has no case left; more patients are needed")
    without = (total - _by_unit(filled, unit)) / (n - lost)
    return (total / n)[:, 0], _scaled(without, lost > 0)


def jackknife_any(
    metric: Callable[[Bools, Floats], float], truth: Bools, values: Floats, unit: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Of any function of the truth and the values of the cases that a cell has read.

    Raises:
        ValueError: the metric is not a finite number of some subset.
    """
    read = np.isfinite(values)
    touched = _by_unit(read, unit) > 0
    whole = np.array([metric(truth[seen], row[seen]) for seen, row in zip(read, values, strict=True)])
    without = np.zeros(touched.shape)
    for cell, one in np.argwhere(touched):
        kept = read[cell] & (unit != one)
        without[cell, one] = metric(truth[kept], values[cell, kept])
    if not (np.isfinite(whole).all() and np.isfinite(without).all()):
        raise ValueError("the metric is not a finite number for some reader, whole or without one patient")
    return whole, _scaled(without, touched)


def _scaled(without: Floats, touched: Bools) -> Floats:
    """Deviations of the leave-one-out values from their own mean, by the root of (n - 1) / n."""
    n = touched.sum(axis=1, keepdims=True)
    centre = np.where(touched, without, 0.0).sum(axis=1, keepdims=True) / n
    return np.asarray(np.where(touched, without - centre, 0.0) * np.sqrt((n - 1) / n))


def _by_unit(values: NDArray[np.generic], unit: NDArray[np.int64]) -> Floats:
    units = int(unit.max(initial=-1)) + 1
    if units == unit.size and bool((unit == np.arange(units)).all()):
        return np.asarray(values, dtype=np.float64)
    return np.array([np.bincount(unit, weights=row, minlength=units) for row in np.asarray(values, dtype=np.float64)])


def _of_both_classes(truth: Bools, unit: NDArray[np.int64]) -> Iterator[int]:
    yield from np.intersect1d(unit[truth], unit[~truth]).tolist()


def _own(ill: Floats, healthy: Floats) -> Floats:
    """The sum of the kernel within one patient, a cell at a time; what was not read counts nothing."""
    one, other = ill[:, :, None], healthy[:, None, :]
    return np.asarray(((one > other) + 0.5 * (one == other)).sum(axis=(1, 2)))
