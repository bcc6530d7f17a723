"""The bootstrap that draws patients, not rows: all rows of a drawn patient come along, as often as it is drawn.

A resample is a weight for every row, so that a statistic sorts its rows once and not once a resample. A statistic of
counts or of sums is resampled from what its patients add to it, which is faster by far.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import norm
from scipy.stats import t as student

from fiducial.stats.clusters import count_clusters, numbered
from fiducial.stats.intervals import Interval

Weights: TypeAlias = NDArray[np.int64]
Statistic: TypeAlias = Callable[[Weights], float]
Floats: TypeAlias = NDArray[np.float64]

EXACT_UP_TO = 100_000  # patients; beyond, resampled sums are drawn from the normal law that they follow by then
_WORD = 32  # bits of randomness a draw


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """A statistic of how many rows were drawn in each cell. ``cell``: (n,), from 0 to ``cells - 1``."""

    cell: NDArray[np.int64]
    cells: int
    of_counts: Callable[[NDArray[np.int64]], float]

    def __call__(self, weights: Weights) -> float:
        """The statistic of weighted rows."""
        return self.of_counts(np.bincount(self.cell, weights, self.cells).astype(np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Summed:
    """A statistic of sums over rows. ``terms``: (n, k), what every row adds; ``of_sums``: (..., k) to (...)."""

    terms: Floats
    of_sums: Callable[[Floats], Floats]

    def __call__(self, weights: Weights) -> float:
        """The statistic of weighted rows."""
        return float(self.of_sums(weights @ self.terms))


def patient_bootstrap(
    statistic: Statistic,
    patient: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> Interval:
    """The percentile interval of a statistic of weighted rows. ``patient``: (n,).

    Resamples in which the statistic is not defined (NaN: one class was not drawn) are left out. Of more than 100,000
    patients the sums of a :class:`Summed` statistic are drawn from their normal limit, at no cost a patient.

    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13; by cluster: Field and Welsh 2007,
    J R Stat Soc B 69:369-390, doi:10.1111/j.1467-9868.2007.00593.x.

    Raises:
        ValueError: the statistic is undefined in more than one resample in ten.
    """
    values = _resampled(statistic, patient, rng, resamples)
    defined = values[~np.isnan(values)]
    if defined.size < 0.9 * resamples:
        raise ValueError(f"the statistic is undefined in {resamples - defined.size} of {resamples} resamples")
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(low), float(high))


def expanded(confidence: float, clusters: int) -> float:
    """The confidence to ask of a percentile interval, so that few clusters are not taken for many.

    Resampled values spread by sqrt((n - 1) / n) too little, and their tails are the normal's where Student's are due.
    Source: Hesterberg 2015, Am Stat 69:371-386, doi:10.1080/00031305.2015.1089789 (expanded percentile interval).
    """
    if clusters < 2:
        return confidence
    reach = np.sqrt(clusters / (clusters - 1)) * student.ppf((1 + confidence) / 2, clusters - 1)
    return float(1 - 2 * norm.sf(reach))


def draws(patient: NDArray[np.int64], rng: np.random.Generator, resamples: int) -> Iterator[Weights]:
    """Yield for every resample how often each row was drawn: (n,)."""
    member, patients = numbered(patient)
    for _ in range(resamples):
        times = np.bincount(_drawn(rng, patients), minlength=patients)
        # Where each row is a patient, which name a patient bears is of no consequence.
        yield times if patients == patient.size else times[member]


def weighted_auroc(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> Statistic:
    """Sort once; the statistic is the area under the ROC curve of the weighted rows, ties counted half.

    ``truth``, ``score``: (n,). It is NaN where only one class was drawn.
    """
    # Within a tie the negatives come first, so that a step is a run of negatives and the run of positives after it.
    order = np.lexsort((truth, score))
    ranked, ill = score[order], truth[order]
    new_score = ranked[1:] != ranked[:-1]
    tied = np.zeros(ill.size, dtype=bool)  # positives that share their score with negatives, and those negatives
    crossing = ~new_score & ill[1:] & ~ill[:-1]
    if crossing.any():
        group = np.concatenate(([0], np.cumsum(new_score)))
        tied = np.isin(group, group[1:][crossing])
    starts = np.concatenate(([True], (ill[:-1] & ~ill[1:]) | (new_score & (tied[1:] | tied[:-1]))))
    step = np.cumsum(starts) - 1
    steps = int(step[-1]) + 1
    cell = np.empty(ill.size, dtype=np.int64)
    cell[order] = step + steps * ill
    half = np.zeros(steps)
    half[step[tied]] = 0.5

    def of_counts(counts: NDArray[np.int64]) -> float:
        healthy, bearers = counts[:steps].astype(np.float64), counts[steps:].astype(np.float64)
        below = np.cumsum(healthy)
        pairs = float(bearers.sum() * below[-1])
        return float(bearers @ (below - half * healthy)) / pairs if pairs else float("nan")

    return Counted(cell, 2 * steps, of_counts)


def _resampled(statistic: Statistic, patient: NDArray[np.int64], rng: np.random.Generator, resamples: int) -> Floats:
    if isinstance(statistic, Summed):
        return statistic.of_sums(resampled_sums(statistic.terms, patient, rng, resamples))
    patients = count_clusters(patient)
    if isinstance(statistic, Counted) and patients == patient.size:
        cell, cells, of = statistic.cell, statistic.cells, statistic.of_counts
        counts = (np.bincount(cell.take(_drawn(rng, patients)), minlength=cells) for _ in range(resamples))
        return np.array([of(one) for one in counts])
    return np.array([statistic(weights) for weights in draws(patient, rng, resamples)])


def resampled_sums(
    terms: Floats,
    patient: NDArray[np.int64],
    rng: np.random.Generator,
    resamples: int = 2000,
    exact_up_to: int = EXACT_UP_TO,
) -> Floats:
    """What the rows add up to in every resample. ``terms``: (n, k), ``patient``: (n,); gives (resamples, k).

    Of more than ``exact_up_to`` patients the sums are drawn from their normal limit, at no cost a patient.
    """
    member, patients = numbered(patient)
    if patients < patient.size:
        terms = np.column_stack([np.bincount(member, column, patients) for column in terms.T])
    if patients > exact_up_to:
        covariance = np.atleast_2d(np.cov(terms, rowvar=False, bias=True)) * patients
        return rng.multivariate_normal(terms.sum(axis=0), covariance, size=resamples, method="eigh")
    times = (np.bincount(_drawn(rng, patients), minlength=patients) for _ in range(resamples))
    added = np.ascontiguousarray(terms.T)
    return np.stack([np.einsum("kp,p->k", added, one.astype(np.float64)) for one in times])


def resampled_counts(  # noqa: PLR0913  (the rows, how they are resampled, and when the normal limit will do)
    cell: NDArray[np.int64],
    cells: int,
    patient: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    resamples: int = 2000,
    exact_up_to: int = EXACT_UP_TO,
) -> Floats:
    """How many rows of each cell are in every resample. ``cell``, ``patient``: (n,); gives (resamples, cells).

    Where every row is a patient of its own, drawing patients is drawing cells: one multinomial number a cell, at no
    cost a patient. Else the rows of drawn patients are added up, and of more than ``exact_up_to`` patients the counts
    are drawn from their normal limit.
    """
    member, patients = numbered(patient)
    if patients == cell.size:
        seen = np.bincount(cell, minlength=cells)
        return rng.multinomial(cell.size, seen / cell.size, size=resamples).astype(np.float64)
    held = sparse.csr_array((np.ones(cell.size), (cell, member)), shape=(cells, patients))
    if patients > exact_up_to:
        added: Floats = np.asarray(held.sum(axis=1), dtype=np.float64)
        covariance = (held @ held.T).toarray() - np.outer(added, added) / patients
        return rng.multivariate_normal(added, covariance, size=resamples, method="eigh").clip(min=0)
    times = (np.bincount(_drawn(rng, patients), minlength=patients) for _ in range(resamples))
    return np.stack([held @ one.astype(np.float64) for one in times])


def _drawn(rng: np.random.Generator, patients: int) -> NDArray[np.int64]:
    """As many draws as there are patients, with replacement, each from 0 up: (patients,).

    Source: Lemire 2019, ACM Trans Model Comput Simul 29:3, doi:10.1145/3230636: a product and a shift, and the few
    words that would favour some patients are drawn again; on whole arrays this is twice as fast as ``integers``.
    """
    words = rng.integers(0, 2**64, size=(patients + 1) // 2, dtype=np.uint64).view(np.uint32)[:patients]
    product = words.astype(np.uint64)
    product *= np.uint64(patients)
    unfair = product.astype(np.uint32) < np.uint32(2**_WORD % patients)
    product >>= np.uint64(_WORD)
    drawn = product.view(np.int64)
    if unfair.any():
        drawn[unfair] = rng.integers(0, patients, size=int(unfair.sum()))
    return drawn
