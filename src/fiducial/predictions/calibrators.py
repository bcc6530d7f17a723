"""Calibrators: functions from a score to a better probability, fitted on a split that is not judged."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

EDGE = 1e-6  # scores of exactly 0 and 1 have no logit


class Calibrator(Protocol):
    """A fitted calibrator: ``name``, and scores (n,) in, probabilities (n,) out."""

    @property
    def name(self) -> str:
        """How figures and files call it."""
        ...

    def apply(self, score: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities from 0 to 1, in the order of the scores."""
        ...


@dataclass(frozen=True, slots=True)
class Platt:
    """``logit p' = intercept + slope * logit p``. Source: Platt 1999, Advances in Large Margin Classifiers, 61-74."""

    intercept: float
    slope: float
    name: str = "platt"

    def apply(self, score: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities of the fitted logistic curve."""
        return np.asarray(expit(self.intercept + self.slope * logit(np.clip(score, EDGE, 1 - EDGE))), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Isotonic:
    """The rising step function nearest to the outcomes. Source: Zadrozny and Elkan 2002, KDD, 694-699."""

    scores: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    name: str = "isotonic"

    def apply(self, score: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities between the fitted steps; beyond the ends, those of the ends."""
        return np.interp(score, self.scores, self.probabilities)


@dataclass(frozen=True, slots=True)
class Temperature:
    """``logit p' = logit p / temperature``: keeps the order of all scores. Source: Guo et al. 2017, ICML, 1321-1330."""

    temperature: float
    name: str = "temperature"

    def apply(self, score: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities with their logits divided."""
        return np.asarray(expit(logit(np.clip(score, EDGE, 1 - EDGE)) / self.temperature), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Beta:
    """``logit p' = c + a log p - b log(1 - p)``.

    Source: Kull, Silva Filho and Flach 2017, Electron J Stat 11:5052-5080, doi:10.1214/17-EJS1338SI.
    """

    a: float
    b: float
    c: float
    name: str = "beta"

    def apply(self, score: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities of the fitted beta curve."""
        p = np.clip(score, EDGE, 1 - EDGE)
        return np.asarray(expit(self.c + self.a * np.log(p) - self.b * np.log1p(-p)), dtype=np.float64)


def fit_temperature(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> Temperature:
    """Fit by maximum likelihood, between 0.05 and 20. ``truth``, ``score``: (n,).

    Raises:
        ValueError: one class only.
    """
    sign = np.where(_both(truth), 1.0, -1.0)
    given = logit(np.clip(score, EDGE, 1 - EDGE))

    def loss(log_temperature: float) -> float:
        return float(np.logaddexp(0, -sign * given / np.exp(log_temperature)).mean())

    found = minimize_scalar(loss, bounds=(np.log(0.05), np.log(20.0)), method="bounded")
    return Temperature(float(np.exp(found.x)))


def fit_beta(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> Beta:
    """Fit by maximum likelihood; a slope that comes out negative is left out, as the source does.

    ``truth``, ``score``: (n,).

    Raises:
        ValueError: one class only.
    """
    p = np.clip(score, EDGE, 1 - EDGE)
    both = np.column_stack([np.log(p), -np.log1p(-p)])
    kept = [0, 1]
    while True:
        model = LogisticRegression(C=1e6, max_iter=1000).fit(both[:, kept], _both(truth))
        slopes = dict(zip(kept, model.coef_[0], strict=True))
        if min(slopes.values()) >= 0 or len(kept) == 1:
            return Beta(float(slopes.get(0, 0.0)), float(slopes.get(1, 0.0)), float(model.intercept_[0]))
        kept = [max(slopes, key=lambda one: slopes[one])]


def fit_platt(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> Platt:
    """Fit by maximum likelihood. ``truth``, ``score``: (n,).

    Raises:
        ValueError: one class only.
    """
    model = LogisticRegression(C=1e6).fit(logit(np.clip(score, EDGE, 1 - EDGE)).reshape(-1, 1), _both(truth))
    return Platt(float(model.intercept_[0]), float(model.coef_[0, 0]))


def fit_isotonic(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> Isotonic:
    """Fit by pooling adjacent violators. ``truth``, ``score``: (n,).

    Raises:
        ValueError: one class only.
    """
    model = IsotonicRegression(y_min=0.0, y_max=1.0).fit(score, _both(truth))
    return Isotonic(model.X_thresholds_, model.y_thresholds_)


def shift_prevalence(score: NDArray[np.float64], prevalence: float, to: float) -> NDArray[np.float64]:
    """Scores that were right at one prevalence, at another: the odds times the ratio of the prior odds.

    Source: Saerens, Latinne and Decaestecker 2002, Neural Comput 14:21-41, doi:10.1162/089976602753284446.

    Raises:
        ValueError: a prevalence that is not between 0 and 1.
    """
    if not (0 < prevalence < 1 and 0 < to < 1):
        raise ValueError(f"a prevalence lies between 0 and 1; got {prevalence} and {to}")
    return np.asarray(expit(logit(np.clip(score, EDGE, 1 - EDGE)) + logit(to) - logit(prevalence)), dtype=np.float64)


def _both(truth: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if truth.all() or not truth.any():
        raise ValueError("a calibrator needs both classes")
    return truth
