"""What each reader reaches, and how the readers' figures vary together over the cases that they share.

A *cell* is one reader in one arm. ``values``: (cells, cases), a rating or an outcome, NaN where that case was not read;
``truth``: (cases,). Cells may have read different cases: covariances come from the cases that two of them share.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fiducial.stats.clusters import count_clusters, numbered
from fiducial.stats.paired_products import paired_products
from fiducial.stats.reader_jackknife import jackknife_any, jackknife_auroc, jackknife_mean
from fiducial.stats.roc import placements

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
MetricFunction: TypeAlias = Callable[[Bools, Floats], float]


class Covariance(StrEnum):
    """How the covariance over cases is estimated."""

    JACKKNIFE = "jackknife"
    DELONG = "delong"
    UNBIASED = "unbiased"


METRICS = ("auroc", "sensitivity", "specificity", "mean")


@dataclass(frozen=True, slots=True)
class CellEstimates:
    """``values``: (cells,). ``covariance``: (cells, cells), over cases (patients, where those repeat)."""

    values: Floats
    covariance: Floats


def estimate_cells(
    metric: str | MetricFunction,
    truth: Bools,
    values: Floats,
    *,
    covariance: Covariance = Covariance.JACKKNIFE,
    patient: NDArray[np.int64] | None = None,
) -> CellEstimates:
    """The metric of every cell and their covariance.

    ``metric``: ``auroc`` of ratings; ``sensitivity`` or ``specificity`` of calls (0 or 1); ``mean`` of anything; or a
    function of (truth, values) of the cases that a cell has read, which goes through the jackknife alone. ``patient``:
    (cases,), where one patient gives several cases; the jackknife leaves out a patient, DeLong's sums by patient.

    Sources: jackknife, Efron and Stein 1981, Ann Stat 9:586-596, doi:10.1214/aos/1176345462; DeLong, DeLong and
    Clarke-Pearson 1988, doi:10.2307/2531595, by patient Obuchowski 1997, doi:10.2307/2533958; unbiased (U-statistics),
    Gallas 2006, Acad Radiol 13:353-362, doi:10.1016/j.acra.2005.11.030.

    Raises:
        ValueError: an unknown metric, a cell with fewer than two cases (of a class that the metric needs), a function
            with another covariance than the jackknife, or the unbiased covariance where patients repeat.
    """
    unit = np.arange(truth.size) if patient is None else numbered(patient)[0]
    repeats = count_clusters(unit) < truth.size
    if covariance is Covariance.UNBIASED and repeats:
        raise ValueError(
            "the unbiased covariance takes cases for independent; patients repeat: use jackknife or delong"
        )
    if not isinstance(metric, str):
        if covariance is not Covariance.JACKKNIFE:
            raise ValueError(f"a function as a metric goes through the jackknife, not through {covariance.value}")
        _refuse_few(np.isfinite(values).sum(axis=1), "cases")
        return CellEstimates(*_of(jackknife_any(metric, truth, values, unit)))
    if metric == "auroc":
        return _areas(truth, values, unit, covariance)
    if metric not in METRICS:
        raise ValueError(f"no metric is called {metric!r}; there are {', '.join(METRICS)}, or a function")
    asked = {"sensitivity": truth, "specificity": ~truth, "mean": np.ones_like(truth)}[metric]
    right = 1 - values if metric == "specificity" else values
    return _means(np.where(asked, right, np.nan), unit, covariance, _CLASS[metric])


_CLASS = {"sensitivity": "ill cases", "specificity": "healthy cases", "mean": "cases"}


def _of(found: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Values, and the covariance of scaled influences (cells, units)."""
    values, influence = found
    return values, _products(influence)


def _areas(truth: Bools, values: Floats, unit: NDArray[np.int64], covariance: Covariance) -> CellEstimates:
    read = np.isfinite(values)
    for counted, kind in ((truth, "ill"), (~truth, "healthy")):
        _refuse_few((read & counted).sum(axis=1), f"{kind} cases")
    placed = np.zeros(values.shape)  # of every case its placement among the other class; 0 where it was not read
    areas = np.empty(values.shape[0])
    for cell, seen in enumerate(read):
        ill = truth & seen
        above, below = placements(truth[seen], values[cell, seen])
        placed[cell, ill], placed[cell, seen & ~truth] = above, below
        areas[cell] = above.mean()
    if covariance is Covariance.JACKKNIFE:
        return CellEstimates(areas, _of(jackknife_auroc(truth, values, placed, areas, unit))[1])
    if covariance is Covariance.DELONG:
        return CellEstimates(areas, _delong(truth, read, placed, areas, unit))
    return CellEstimates(areas, _unbiased_areas(truth, values, placed, areas))


def _delong(truth: Bools, read: Bools, placed: Floats, areas: Floats, unit: NDArray[np.int64]) -> Floats:
    apart = np.where(read, placed - areas[:, None], 0.0)
    parts = []
    for rows in (truth, ~truth):
        summed = by_unit(np.where(rows, apart, 0.0), unit) / (read & rows).sum(axis=1, keepdims=True)
        parts.append((summed, _units(read & rows, unit)))
    everyone = _units(read, unit)
    (ill, of_ill), (healthy, of_healthy) = parts
    across = _products(ill * _inflated(everyone), healthy * _inflated(everyone))
    within = [part * _inflated(units) for part, units in ((ill, of_ill), (healthy, of_healthy))]
    return np.asarray(sum(map(_products, within)) + across + across.T, dtype=np.float64)


def _inflated(units: NDArray[np.int64]) -> Floats:
    """The root of n / (n - 1), one row a cell: what a product of two deviations from their own mean needs."""
    return np.asarray(np.sqrt(units / np.maximum(units - 1, 1)))[:, None]


def _units(rows: Bools, unit: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(np.count_nonzero(by_unit(rows.astype(float), unit), axis=1), dtype=np.int64)


def _unbiased_areas(truth: Bools, values: Floats, placed: Floats, areas: Floats) -> Floats:
    """Product of two areas minus its mean over pairs of pairs that share no case.

    Of all products of a kernel of one cell with one of another, those that share an ill or a healthy case are taken
    away, and those that share both, taken away twice, are given back.
    """
    read = np.isfinite(values)
    ill, healthy = read & truth, read & ~truth
    positives, negatives = ill.sum(axis=1), healthy.sum(axis=1)
    scores = placed * np.where(truth, negatives[:, None], positives[:, None])  # sums of the kernel over a row or column
    sums = areas * positives * negatives
    shared_ill, shared_healthy = (_products(kind.astype(float)) for kind in (ill, healthy))
    same_ill = _products(np.where(truth, scores, 0.0))
    same_healthy = _products(np.where(truth, 0.0, scores))
    both = paired_products(values[:, truth], values[:, ~truth])
    apart = (np.outer(positives, positives) - shared_ill) * (np.outer(negatives, negatives) - shared_healthy)
    apart_mean = (np.outer(sums, sums) - same_ill - same_healthy + both) / apart
    return np.asarray(np.outer(areas, areas) - apart_mean)


def _means(values: Floats, unit: NDArray[np.int64], covariance: Covariance, kind: str) -> CellEstimates:
    read = np.isfinite(values)
    n = read.sum(axis=1)
    _refuse_few(n, kind)
    filled = np.where(read, values, 0.0)
    means = filled.sum(axis=1) / n
    if covariance is Covariance.UNBIASED:
        shared = _products(read.astype(float))
        apart = (np.outer(n * means, n * means) - _products(filled)) / (np.outer(n, n) - shared)
        return CellEstimates(means, np.outer(means, means) - apart)
    if covariance is Covariance.JACKKNIFE:
        return CellEstimates(means, _of(jackknife_mean(filled, read, unit))[1])
    summed = by_unit(np.where(read, filled - means[:, None], 0.0), unit) / n[:, None]
    scaled = summed * _inflated(_units(read, unit))
    return CellEstimates(means, _products(scaled))


def _products(first: Floats, second: Floats | None = None) -> Floats:
    """Of every two rows."""
    # Not `@`: for some long rows the threads of a BLAS wait for each other longer than they work.
    return np.asarray(np.einsum("ip,jp->ij", first, first if second is None else second), dtype=np.float64)


def by_unit(values: Floats, unit: NDArray[np.int64]) -> Floats:
    """Sums over the cases of every unit: (cells, cases) to (cells, units)."""
    units = int(unit.max(initial=-1)) + 1
    if units == unit.size and bool((unit == np.arange(units)).all()):
        return values
    return np.array([np.bincount(unit, weights=row, minlength=units) for row in values])


def _refuse_few(counts: NDArray[np.int64], kind: str) -> None:
    if counts.size and counts.min() < 2:
        raise ValueError(f"every reader needs two {kind} in every arm; cell {int(counts.argmin())} has {counts.min()}")
