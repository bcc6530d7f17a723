"""Several models' scores of one study become one. A model that did not answer is NaN, and no vote for either side."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

EDGE = 1e-6  # scores of exactly 0 and 1 have no logit
Scores = NDArray[np.float64]


class ScoreFuser(Protocol):
    """Makes one score of the scores of several models."""

    @property
    def name(self) -> str:
        """How recipes and tables call it."""
        ...

    def fuse(self, scores: Scores, weights: Scores) -> Scores:
        """``scores``: (n, models), NaN where a model did not answer; ``weights``: (models,); gives (n,).

        NaN where no model with a weight answered, or where the answer depends on one that did not.
        """
        ...


@dataclass(frozen=True, slots=True)
class Mean:
    """The weighted mean of the scores."""

    name: ClassVar[str] = "mean"

    def fuse(self, scores: Scores, weights: Scores) -> Scores:
        """Over the models that answered."""
        return _mean(scores, weights)


@dataclass(frozen=True, slots=True)
class GeometricMean:
    """The weighted geometric mean: one model near 0 pulls the whole near 0."""

    name: ClassVar[str] = "geometric"

    def fuse(self, scores: Scores, weights: Scores) -> Scores:
        """Over the models that answered."""
        return np.exp(_mean(np.log(np.clip(scores, EDGE, 1.0)), weights))


@dataclass(frozen=True, slots=True)
class LogitMean:
    """The weighted mean of log-odds: evidence for and against counts alike. Source: Genest and Zidek 1986,
    Stat Sci 1:114-135, doi:10.1214/ss/1177013825.
    """

    name: ClassVar[str] = "logit-mean"

    def fuse(self, scores: Scores, weights: Scores) -> Scores:
        """Over the models that answered."""
        return np.asarray(expit(_mean(logit(np.clip(scores, EDGE, 1 - EDGE)), weights)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Highest:
    """The highest score: positive where any model is (OR)."""

    name: ClassVar[str] = "max"

    def fuse(self, scores: Scores, weights: Scores) -> Scores:
        """Over the models that answered; a weight says only whether a model is asked at all."""
        counted = np.where((weights > 0) & ~np.isnan(scores), scores, -np.inf)
        highest = counted.max(axis=1, initial=-np.inf)
        return np.where(np.isfinite(highest), highest, np.nan)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Positive (0.5 or more) where at least ``k`` models are, each at a threshold of its own.

    Every score is stretched so that its threshold becomes 0.5; the k-th highest is the score of all. NaN where models
    that did not answer could turn the call.
    """

    k: int
    thresholds: tuple[float, ...]  # one a model, strictly between 0 and 1
    name: ClassVar[str] = "k-of-n"

    def fuse(self, scores: Scores, weights: Scores) -> Scores:
        """A weight says only whether a model is asked at all."""
        asked = np.flatnonzero(weights > 0)
        stretched = self._stretched(scores)[:, asked]
        missing = np.isnan(stretched)
        least, most = (self._kth(np.where(missing, worst, stretched)) for worst in (0.0, 1.0))
        known = np.where(least >= 0.5, least, np.where(most < 0.5, most, np.nan))
        return np.where(missing.any(axis=1), known, least)

    def _stretched(self, scores: Scores) -> Scores:
        at = np.array(self.thresholds)
        return np.asarray(np.where(scores < at, 0.5 * scores / at, 0.5 + 0.5 * (scores - at) / (1 - at)))

    def _kth(self, stretched: Scores) -> Scores:
        return np.asarray(-np.partition(-stretched, self.k - 1, axis=1)[:, self.k - 1], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Stacked:
    """A logistic regression on the models' log-odds. Source: Wolpert 1992, Neural Netw 5:241-259,
    doi:10.1016/S0893-6080(05)80023-1. NaN where any model did not answer.
    """

    intercept: float
    slopes: tuple[float, ...]
    name: ClassVar[str] = "stacking"

    def fuse(self, scores: Scores, weights: Scores) -> Scores:
        """The fitted probability; models that were fitted with a slope of 0 need no answer."""
        del weights  # the slopes are the weights
        slopes = np.array(self.slopes)
        given = np.where(slopes == 0, 0.5, scores)
        return np.asarray(expit(self.intercept + logit(np.clip(given, EDGE, 1 - EDGE)) @ slopes), dtype=np.float64)


def _mean(values: Scores, weights: Scores) -> Scores:
    heard = np.where(np.isnan(values), 0.0, weights)
    total = heard.sum(axis=1)
    summed = (np.nan_to_num(values) * heard).sum(axis=1)
    unknown = np.full(len(values), np.nan)
    np.divide(summed, total, out=unknown, where=total > 0)
    return unknown
