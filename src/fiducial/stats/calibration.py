"""Does a score of 0.8 mean 80 in 100? Reliability, expected calibration error, Brier score, slope, intercept."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, logit, stdtrit

from fiducial.stats.clusters import count_clusters, design_effect, numbered
from fiducial.stats.intervals import Interval
from fiducial.stats.resampling import EXACT_UP_TO, Statistic, Summed, resampled_sums

_SEPARATED = 1e-8  # from the outcome: a fit that misses nobody by more is no fit
_MOST_STEPS, _MOST_HALVINGS = 50, 40
_SMALLEST_STEP = 1e-9
_ROUNDING = 1e-12  # by which a sum of many terms may fall where nothing is to be gained any more
EDGE = 1e-6  # scores of exactly 0 and 1 have no logit; they are moved inwards by this much


@dataclass(frozen=True, slots=True)
class Bins:
    """Rows by score: ``mean_score``, ``observed`` and ``count`` of every bin that has rows, (bins,) each."""

    mean_score: NDArray[np.float64]
    observed: NDArray[np.float64]
    count: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A coefficient and its interval."""

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class EceEstimate:
    """``value`` as everyone defines it, ``corrected`` for what chance alone adds, and the interval of the latter."""

    value: float
    corrected: float
    interval: Interval


def bin_of(score: NDArray[np.float64], bins: int) -> NDArray[np.int64]:
    """The equal-width bin of every score: [0, 1/bins), ..., the last one with 1.0 in it."""
    return np.minimum((score * bins).astype(np.int64), bins - 1)


def reliability(truth: NDArray[np.bool_], score: NDArray[np.float64], bins: int = 10) -> Bins:
    """Mean score against observed share, in bins of equal width. ``truth``, ``score``: (n,)."""
    member = bin_of(score, bins)
    count = np.bincount(member, minlength=bins)
    filled = count > 0
    mean_score = np.bincount(member, weights=score, minlength=bins)[filled] / count[filled]
    observed = np.bincount(member, weights=truth, minlength=bins)[filled] / count[filled]
    return Bins(mean_score, observed, count[filled])


def expected_calibration_error(truth: NDArray[np.bool_], score: NDArray[np.float64], bins: int = 10) -> float:
    """Mean distance between score and observed share over equal-width bins, weighted by their rows.

    Source: Naeini, Cooper and Hauskrecht 2015, AAAI 29:2901-2907; a score of exactly 1.0 belongs to the last bin.
    """
    by_bin = np.bincount(bin_of(score, bins), weights=score - truth, minlength=bins)
    return float(np.abs(by_bin).sum() / truth.size)


def estimate_ece(  # noqa: PLR0913  (rows, how they are resampled, and three settings with defaults)
    truth: NDArray[np.bool_],
    score: NDArray[np.float64],
    patient: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    weight: NDArray[np.float64] | None = None,
    bins: int = 10,
    resamples: int = 2000,
    confidence: float = 0.95,
    exact_up_to: int = EXACT_UP_TO,
) -> EceEstimate:
    """The expected calibration error with an interval that chance alone does not push up.

    ``truth``, ``score``, ``patient``, ``weight`` (importance of a row; 1 where not given): (n,). Patients are drawn,
    not rows. A mean of distances is above 0 even where the scores are perfect, and a bootstrap of it more so. The
    interval is therefore moved down by the bias that the bootstrap shows, and begins at 0 where the distances are no
    larger than resampling noise makes them, or than perfect scores of as many patients do. ``exact_up_to``: patients,
    as in :func:`~fiducial.stats.resampling.resampled_sums`.

    Source: bias by bootstrap, Efron and Tibshirani 1993, chapter 10; how often it holds the truth: docs/proofs.md.
    """
    importance = np.ones_like(score) if weight is None else weight
    terms = np.zeros((score.size, bins + 1))
    terms[np.arange(score.size), bin_of(score, bins)] = (score - truth) * importance
    terms[:, bins] = importance
    observed = terms.sum(axis=0)
    distances = observed[:bins] / observed[bins]
    sums = resampled_sums(terms, patient, rng, resamples, exact_up_to)
    drawn = sums[:, :bins] / sums[:, bins:]
    value = float(np.abs(distances).sum())
    errors, noise = np.abs(drawn).sum(axis=1), np.abs(drawn - distances).sum(axis=1)
    bias = max(0.0, float(errors.mean()) - value)
    low, high = np.quantile(errors, [(1 - confidence) / 2, (1 + confidence) / 2])
    perfect = _of_perfect_scores(terms, score, patient, rng, resamples)
    seen = value > max(float(np.quantile(by_chance, confidence)) for by_chance in (noise, perfect))
    interval = Interval(max(0.0, float(low) - 2 * bias) if seen else 0.0, max(value, float(high) - bias))
    return EceEstimate(value, max(0.0, value - bias), interval)


def _of_perfect_scores(
    terms: NDArray[np.float64],
    score: NDArray[np.float64],
    patient: NDArray[np.int64],
    rng: np.random.Generator,
    resamples: int,
) -> NDArray[np.float64]:
    """What the error would be were every score true, (resamples,); ``terms``: residuals by bin, and weights: (n, k).

    A bin of few rows may by luck show none of the ill that its scores speak of: its spread is that of the scores, in
    which a patient's rows count as they do in what was seen.
    """
    *bins, weight = terms.T
    which, residual = np.argmax(terms[:, :-1] != 0, axis=1), np.sum(bins, axis=0)
    member, _ = numbered(patient)
    effect = design_effect(residual, member * len(bins) + which)
    spread = effect * np.bincount(which, weight**2 * score * (1 - score), len(bins))
    return np.asarray(np.abs(rng.normal(size=(resamples, len(bins))) * np.sqrt(spread)).sum(axis=1) / weight.sum())


def brier(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    """Mean squared distance between score and outcome (Brier 1950, Mon Weather Rev 78:1-3)."""
    return float(np.mean((score - truth) ** 2))


def weighted_brier(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> Statistic:
    """The Brier score as a statistic of weighted rows, for the bootstrap."""
    terms = np.column_stack([(score - truth) ** 2, np.ones(score.size)])
    return Summed(terms, lambda sums: sums[..., 0] / sums[..., 1])


def brier_skill(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> Statistic:
    """1 minus the Brier score by that of the constant that fits best, the prevalence, as a statistic of weighted rows.

    1 is perfect, 0 no better than the constant; NaN where only one class was drawn.
    """
    terms = np.column_stack([(score - truth) ** 2, truth, np.ones(score.size)])

    def of_sums(sums: NDArray[np.float64]) -> NDArray[np.float64]:
        squares, ill, total = np.moveaxis(sums, -1, 0)
        healthy = total - ill
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where((ill > 0) & (healthy > 0), 1 - squares * total / (ill * healthy), np.nan)

    return Summed(terms, of_sums)


def calibration_slope(
    truth: NDArray[np.bool_],
    score: NDArray[np.float64],
    patient: NDArray[np.int64],
    confidence: float = 0.95,
) -> Estimate:
    """Slope of the outcome on the logit of the score: 1 is right, below 1 the scores are too extreme.

    Intervals are sandwich intervals by patient, with Student's t. Source: Van Calster et al. 2019, BMC Med 17:230,
    doi:10.1186/s12916-019-1466-7.

    Raises:
        ValueError: one class only, one score only, or the classes are separated so that no slope exists.
    """
    x = _logit(score)
    if np.ptp(x) == 0:
        raise ValueError("every score is the same, so no slope can be fitted")
    model = _Logistic(np.stack([np.ones_like(x), x]), truth, np.zeros(()))
    return _fitted(model, np.array([0.0, 1.0]), patient, confidence)


def calibration_intercept(
    truth: NDArray[np.bool_],
    score: NDArray[np.float64],
    patient: NDArray[np.int64],
    confidence: float = 0.95,
) -> Estimate:
    """Calibration in the large: the shift of the logit that makes mean score and prevalence meet. 0 is right.

    Source: as :func:`calibration_slope`; the slope is held at 1.

    Raises:
        ValueError: one class only.
    """
    model = _Logistic(np.ones((1, truth.size)), truth, _logit(score))
    return _fitted(model, np.zeros(1), patient, confidence)


def _logit(score: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(logit(np.clip(score, EDGE, 1 - EDGE)), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Logistic:
    """``terms``: (k, n). ``offset``: (n,) or 0, what the coefficients are added to."""

    terms: NDArray[np.float64]
    truth: NDArray[np.bool_]
    offset: NDArray[np.float64]

    def shares(self, value: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(expit(value @ self.terms + self.offset))

    def likelihood(self, value: NDArray[np.float64]) -> float:
        linear = value @ self.terms + self.offset
        return float(linear[self.truth].sum() + log_expit(-linear).sum())

    def information(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((self.terms * (share * (1 - share))) @ self.terms.T)


def _fitted(model: _Logistic, start: NDArray[np.float64], patient: NDArray[np.int64], confidence: float) -> Estimate:
    """The last coefficient, with its sandwich interval by patient.

    Source: Liang and Zeger 1986, Biometrika 73:13-22, doi:10.1093/biomet/73.1.13, with statsmodels' correction for few
    clusters.
    """
    truth, terms = model.truth, model.terms
    if truth.all() or not truth.any():
        raise ValueError("need both classes")
    groups, patients = numbered(patient)
    if patients == 1:
        raise ValueError("need more than one patient")
    value, share = _most_likely(model, start)
    bread = np.linalg.inv(model.information(share))
    added = np.stack([np.bincount(groups, term * (truth - share), patients) for term in terms])
    few = patients / (patients - 1) * (truth.size - 1) / max(1, truth.size - len(terms))
    spread = float(np.sqrt(few * (bread @ added @ added.T @ bread)[-1, -1]))
    # Student's t by the rarer class: a sandwich of few patients is too narrow.
    fewest = min(count_clusters(patient[side]) for side in (truth, ~truth))
    margin = float(stdtrit(max(1, fewest - 1), (1 + confidence) / 2)) * spread
    return Estimate(float(value[-1]), Interval(float(value[-1]) - margin, float(value[-1]) + margin))


def _most_likely(model: _Logistic, start: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coefficients (k,) and fitted shares (n,) by Newton's method, each step halved until it helps.

    By hand: a rung fits hundreds of these, and statsmodels takes several times as long over each.
    """
    value, likelihood = start, model.likelihood(start)
    for _ in range(_MOST_STEPS):
        share = model.shares(value)
        if np.abs(model.truth - share).max() < _SEPARATED:
            break
        try:
            step = np.linalg.solve(model.information(share), model.terms @ (model.truth - share))
        except np.linalg.LinAlgError:
            break
        if np.abs(step).max() < _SMALLEST_STEP:
            return value, share
        for _ in range(_MOST_HALVINGS):
            moved = model.likelihood(value + step)
            if moved >= likelihood - _ROUNDING * abs(likelihood):
                break
            step = step / 2
        value, likelihood = value + step, moved
    raise ValueError("the scores separate the classes, so no slope exists")
