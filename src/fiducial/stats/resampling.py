"""The bootstrap that draws patients, not rows: all rows of a drawn patient come along, as often as it is drawn.

A resample is a weight for every row, so that a statistic sorts its rows once and not once a resample.
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fiducial.stats.intervals import Interval

Weights: TypeAlias = NDArray[np.int64]
Statistic: TypeAlias = Callable[[Weights], float]


def patient_bootstrap(
    statistic: Statistic,
    patient: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> Interval:
    """The percentile interval of a statistic of weighted rows. ``patient``: (n,).

    Resamples in which the statistic is not defined (NaN: one class was not drawn) are left out.

    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13; by cluster: Field and Welsh 2007,
    J R Stat Soc B 69:369-390, doi:10.1111/j.1467-9868.2007.00593.x.

    Raises:
        ValueError: the statistic is undefined in more than one resample in ten.
    """
    values = np.fromiter((statistic(weights) for weights in draws(patient, rng, resamples)), np.float64, resamples)
    defined = values[~np.isnan(values)]
    if defined.size < 0.9 * resamples:
        raise ValueError(f"the statistic is undefined in {resamples - defined.size} of {resamples} resamples")
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(low), float(high))


def draws(patient: NDArray[np.int64], rng: np.random.Generator, resamples: int) -> Iterator[Weights]:
    """Yield for every resample how often each row was drawn: (n,)."""
    kinds, member = np.unique(patient, return_inverse=True)
    patients = kinds.size
    smallest = np.uint16 if patients <= 2**16 else np.uint32  # narrow integers are drawn faster
    each_row_is_a_patient = patients == patient.size and bool(np.all(member[1:] > member[:-1]))
    for _ in range(resamples):
        drawn = rng.integers(0, patients, size=patients, dtype=smallest)
        times = np.bincount(drawn, minlength=patients)
        yield times if each_row_is_a_patient else times[member]


def weighted_auroc(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> Statistic:
    """Sort once; the statistic is the area under the ROC curve of the weighted rows, ties counted half.

    ``truth``, ``score``: (n,). It is NaN where only one class was drawn.
    """
    # Within a tie the negatives come first, so that a run of rows of one class never mixes classes.
    order = np.lexsort((truth, score))
    ranked, ill = score[order], truth[order]
    starts = np.flatnonzero(np.concatenate(([True], (ill[1:] != ill[:-1]) | (ranked[1:] != ranked[:-1]))))
    crosses_a_tie = bool(np.any((ranked[1:] == ranked[:-1]) & (ill[1:] != ill[:-1])))
    if not crosses_a_tie:
        starts = np.flatnonzero(np.concatenate(([True], ill[1:] != ill[:-1])))
    ill_runs = np.flatnonzero(ill[starts])
    # A tied run of positives shares its score with the run of negatives just before it.
    tied_runs = ill_runs[(ill_runs > 0) & (ranked[starts][ill_runs] == ranked[starts][ill_runs - 1])]

    def statistic(weights: Weights) -> float:
        drawn = np.add.reduceat(weights[order], starts)
        of_ill = drawn[ill_runs].astype(np.float64)
        of_healthy = drawn.astype(np.float64)
        of_healthy[ill_runs] = 0
        below = np.cumsum(of_healthy)
        half = float(drawn[tied_runs] @ of_healthy[tied_runs - 1]) / 2 if tied_runs.size else 0.0
        pairs = of_ill.sum() * below[-1]
        return (float(of_ill @ below[ill_runs]) - half) / pairs if pairs else float("nan")

    return statistic
