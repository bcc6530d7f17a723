"""Selective classification: what a model's errors become where it answers only what it is surest of.

Risk is the share of wrong answers among those given, coverage the share of the questions that is answered.
Source: Geifman and El-Yaniv 2017, Advances in Neural Information Processing Systems 30, arXiv:1705.08500.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.stats.resampling import Statistic, Weights

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RiskCoverage:
    """The curve at every confidence that occurs, the surest first: ``coverage``, ``risk``, ``least`` (confidence)."""

    coverage: Floats
    risk: Floats
    least: Floats


def risk_coverage(wrong: NDArray[np.bool_], confidence: Floats) -> RiskCoverage:
    """Answer all that is at least as sure as each confidence. ``wrong``, ``confidence``: (n,), n above 0."""
    order, starts = _ranked(confidence)
    ends = np.append(starts[1:], wrong.size)
    answered = ends.astype(np.float64)
    return RiskCoverage(
        answered / wrong.size,
        np.cumsum(wrong[order])[ends - 1] / answered,
        confidence[order][starts].astype(np.float64),
    )


def weighted_aurc(wrong: NDArray[np.bool_], confidence: Floats) -> Statistic:
    """The area under the risk-coverage curve, as a statistic of weighted rows. ``wrong``, ``confidence``: (n,).

    The mean of the risk over answering one, two, ... and all rows, the surest first; rows that are equally sure are
    taken in an order drawn by lot, of which this is the mean. Answered in any order at all it is the share of wrong
    answers; the least it can be is :func:`least_aurc`.

    Source: Geifman, Uziel and El-Yaniv 2019, International Conference on Learning Representations, arXiv:1805.08206.
    """
    order, starts = _ranked(confidence)
    ranked = wrong[order]

    def area(weights: Weights) -> float:
        drawn = weights[order]
        rows, errors = (np.add.reduceat(one, starts).astype(np.float64) for one in (drawn, drawn * ranked))
        seen = rows > 0
        rows, errors = rows[seen], errors[seen]
        ends, before = np.cumsum(rows), np.cumsum(errors) - errors
        harmonic = _harmonic(int(ends[-1]))
        # Within a tie of m rows, w wrong, after n rows, e wrong, the risks (e + j w/m) / (n + j) add up to this.
        steps = harmonic[ends.astype(np.int64)] - harmonic[(ends - rows).astype(np.int64)]
        share = errors / rows
        return float((errors + (before - share * (ends - rows)) * steps).sum() / ends[-1])

    return area


def least_aurc(wrong: NDArray[np.bool_]) -> float:
    """The area of a confidence that puts every wrong answer last. ``wrong``: (n,).

    Source: as :func:`weighted_aurc`.
    """
    n, errors = wrong.size, int(wrong.sum())
    harmonic = _harmonic(n)
    return float((errors - (n - errors) * (harmonic[n] - harmonic[n - errors])) / n)


def _ranked(confidence: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The order of falling confidence, and where in it each confidence begins."""
    order = np.argsort(-confidence, kind="stable")
    ranked = confidence[order]
    return order, np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))


def _harmonic(n: int) -> Floats:
    return np.concatenate(([0.0], np.cumsum(1 / np.arange(1, n + 1))))
