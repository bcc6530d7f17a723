"""Slice scores into one score a study: the greatest, the mean of the top k, or that of at least one being ill."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]  # (slices, classes), 0-1


def aggregate(scores: Scores, kind: str, k: int) -> Scores:
    """One score a class, (classes,), from (slices, classes).

    ``max``; ``top-mean``: the mean of the k largest (of all where there are fewer); ``noisy-or``: 1 - prod(1 - p),
    which takes slices for independent witnesses and grows with their number. Source of the latter: Pearl 1988,
    Probabilistic Reasoning in Intelligent Systems, section 4.3.2.
    """
    return _KINDS[kind](scores, k)


def _top_mean(scores: Scores, k: int) -> Scores:
    top: Scores = np.sort(scores, axis=0)[-k:].mean(axis=0)
    return top


def _noisy_or(scores: Scores, _k: int) -> Scores:
    return np.asarray(-np.expm1(np.log1p(-np.clip(scores, 0, 1 - 1e-12)).sum(axis=0)))


_KINDS: dict[str, Callable[[Scores, int], Scores]] = {
    "max": lambda scores, _k: scores.max(axis=0),
    "top-mean": _top_mean,
    "noisy-or": _noisy_or,
}
