"""The truth that nobody wrote down, from what several readers said: Dawid and Skene's model, fitted by EM.

Every reader has a sensitivity and a specificity (a confusion matrix where there are more than two classes), and what
readers say of a case depends on its truth alone. The model learns both at once.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fiducial.stats.clusters import numbered
from fiducial.stats.resampling import draws

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

ITERATIONS = 1000
TOLERANCE = 1e-7  # largest change of a probability from one round to the next
RESAMPLED_ITERATIONS, RESAMPLED_TOLERANCE = 200, 1e-4  # the ends of an interval need no more
FEWEST_VOICES = 3  # of one case: with two voices a case, any share of errors fits
_LEAST = 1e-12
_AT_ONCE = 20_000_000  # numbers held while resamples are fitted together


@dataclass(frozen=True, slots=True, eq=False)
class LatentTruth:
    """What EM found. ``posterior``: (n, classes). ``prevalence``: (classes,).

    ``confusion``: (readers, classes, classes), the chance of each label (last axis) given the truth; NaN in all rows of
    a reader who has rated nothing. ``converged``: whether the probabilities had come to rest within ``iterations``.
    """

    posterior: Floats
    prevalence: Floats
    confusion: Floats
    converged: bool
    iterations: int

    @property
    def sensitivity(self) -> Floats:
        """Of every reader, two classes: (readers,)."""
        return np.asarray(self.confusion[:, 1, 1])

    @property
    def specificity(self) -> Floats:
        """Of every reader, two classes: (readers,)."""
        return np.asarray(self.confusion[:, 0, 0])


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """What EM found in every resample of patients: as in :class:`LatentTruth`, resamples first."""

    prevalence: Floats
    confusion: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Patterns:
    """Cases that were rated alike are one pattern. ``said``: (patterns, readers * classes)."""

    said: Floats
    of_case: Codes
    start: Floats
    readers: int
    classes: int


def dawid_skene(ratings: Codes, classes: int = 2, iterations: int = ITERATIONS) -> LatentTruth:
    """Fit the model. ``ratings``: (n, readers), 0 to ``classes - 1``, or -1 where a reader has not rated.

    EM starts from the shares of the votes and so ends on the side of the majority: classes cannot be swapped by the
    start. If two classes came out swapped all the same (readers worse than chance on the whole), they are swapped back.

    Source: Dawid and Skene 1979, Appl Stat 28:20-28, doi:10.2307/2346806.

    Raises:
        ValueError: a label outside the classes, or no case with three voices, so that errors cannot be told.
    """
    patterns = _patterns(ratings, classes)
    counts = np.bincount(patterns.of_case, minlength=patterns.said.shape[0]).astype(np.float64)
    prevalence, confusion, posterior, rounds, rest = _fit(patterns, counts[np.newaxis], iterations, TOLERANCE)
    of_all = np.where(_rated(ratings)[:, np.newaxis, np.newaxis], confusion[0], np.nan)
    return LatentTruth(posterior[0][patterns.of_case], prevalence[0], of_all, rest, rounds)


def resampled_dawid_skene(
    ratings: Codes, patient: Codes, rng: np.random.Generator, *, resamples: int = 200, classes: int = 2
) -> Resampled:
    """The model fitted to ``resamples`` draws of patients. ``ratings``: (n, readers), ``patient``: (n,).

    All resamples climb together from where the whole sample came to rest, until the slowest changes by less than 1e-4
    or for 200 rounds.

    Raises:
        ValueError: as :func:`dawid_skene`.
    """
    patterns = _patterns(ratings, classes)
    size = patterns.said.shape[0]
    whole = np.bincount(patterns.of_case, minlength=size).astype(np.float64)
    patterns = replace(patterns, start=_fit(patterns, whole[np.newaxis], ITERATIONS, TOLERANCE)[2][0])
    counts = [np.bincount(patterns.of_case, weights, size) for weights in draws(numbered(patient)[0], rng, resamples)]
    block = max(1, _AT_ONCE // (size * classes))
    fitted = [
        _fit(patterns, np.array(counts[at : at + block]), RESAMPLED_ITERATIONS, RESAMPLED_TOLERANCE)
        for at in range(0, resamples, block)
    ]
    return Resampled(np.concatenate([one[0] for one in fitted]), np.concatenate([one[1] for one in fitted]))


def majority(ratings: Codes, classes: int = 2) -> Codes:
    """The label most readers gave, -1 at a tie or where nobody rated: (n,). ``ratings`` as :func:`dawid_skene`."""
    votes = np.stack([(ratings == one).sum(axis=1) for one in range(classes)], axis=1)
    most = votes.max(axis=1)
    tied = ((votes == most[:, np.newaxis]).sum(axis=1) > 1) | (most == 0)
    return np.where(tied, -1, votes.argmax(axis=1))


def _patterns(ratings: Codes, classes: int) -> _Patterns:
    if ratings.size and (ratings.min() < -1 or ratings.max() >= classes):
        raise ValueError(f"labels must lie from 0 to {classes - 1}, or be -1; got {ratings.min()} to {ratings.max()}")
    if not ((ratings >= 0).sum(axis=1) >= FEWEST_VOICES).any():
        raise ValueError(f"no case was rated by {FEWEST_VOICES} readers, so that nobody's errors can be told")
    kinds, of_case = np.unique(ratings, axis=0, return_inverse=True)
    said = (kinds[:, :, np.newaxis] == np.arange(classes)).astype(np.float64)
    votes = said.sum(axis=1)
    given = votes.sum(axis=1, keepdims=True)
    start = np.where(given > 0, votes / np.maximum(1.0, given), 1 / classes)
    return _Patterns(
        said.reshape(kinds.shape[0], -1), of_case.reshape(-1).astype(np.int64), start, ratings.shape[1], classes
    )


def _fit(
    patterns: _Patterns, counts: Floats, iterations: int, tolerance: float
) -> tuple[Floats, Floats, Floats, int, bool]:
    """EM of several weightings of the patterns at once. ``counts``: (fits, patterns).

    Gives prevalence (fits, classes), confusion (fits, readers, classes, classes), posterior (fits, patterns, classes),
    the rounds that were needed, and whether all came to rest.
    """
    posterior = np.broadcast_to(patterns.start, (counts.shape[0], *patterns.start.shape))
    prevalence, confusion = _maximised(patterns, counts, posterior)
    rounds, at_rest = 0, False
    while rounds < iterations and not at_rest:
        rounds += 1
        posterior = _expected(patterns, prevalence, confusion)
        before, (prevalence, confusion) = confusion, _maximised(patterns, counts, posterior)
        at_rest = float(np.abs(confusion - before).max()) < tolerance
    return *_oriented(prevalence, confusion, posterior), rounds, at_rest


def _maximised(patterns: _Patterns, counts: Floats, posterior: Floats) -> tuple[Floats, Floats]:
    weighted = posterior * counts[:, :, np.newaxis]
    prevalence = weighted.sum(axis=1)
    prevalence /= prevalence.sum(axis=1, keepdims=True)
    said = np.swapaxes(weighted, 1, 2) @ patterns.said  # (fits, truth, readers * labels)
    shaped = said.reshape(*said.shape[:2], patterns.readers, patterns.classes)
    given = shaped.sum(axis=3, keepdims=True)
    # Of a class that nobody is thought to be in, nothing is known of a reader: any label is as likely.
    confusion = np.where(given > _LEAST, shaped / np.maximum(given, _LEAST), 1 / patterns.classes)
    return prevalence, np.swapaxes(confusion, 1, 2)


def _expected(patterns: _Patterns, prevalence: Floats, confusion: Floats) -> Floats:
    by_truth = np.swapaxes(np.log(np.maximum(confusion, _LEAST)), 2, 3)  # (fits, readers, labels, truth)
    weights = by_truth.reshape(confusion.shape[0], -1, patterns.classes)
    likely = patterns.said @ weights + np.log(np.maximum(prevalence, _LEAST))[:, np.newaxis]
    likely = np.exp(likely - likely.max(axis=2, keepdims=True))
    return np.asarray(likely / likely.sum(axis=2, keepdims=True))


def _oriented(prevalence: Floats, confusion: Floats, posterior: Floats) -> tuple[Floats, Floats, Floats]:
    if prevalence.shape[1] != 2:
        return prevalence, confusion, posterior
    better = confusion[:, :, 1, 1] + confusion[:, :, 0, 0] - 1
    swapped = better.mean(axis=1) < 0
    return (
        np.where(swapped[:, np.newaxis], prevalence[:, ::-1], prevalence),
        np.where(swapped[:, np.newaxis, np.newaxis, np.newaxis], confusion[:, :, ::-1], confusion),
        np.where(swapped[:, np.newaxis, np.newaxis], posterior[:, :, ::-1], posterior),
    )


def _rated(ratings: Codes) -> NDArray[np.bool_]:
    return np.asarray((ratings >= 0).any(axis=0))
