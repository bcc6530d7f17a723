"""Two ways of training over the same patients and the same seeds: what differs, and how sure that is."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from fiducial.stats.clusters import count_clusters
from fiducial.stats.intervals import Interval
from fiducial.stats.resampling import Weights, draws, weighted_auroc

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SeededDifference:
    """``by_seed``: one difference a seed. ``spread``: their standard deviation; None where there is one seed."""

    difference: float
    interval: Interval
    p: float
    by_seed: tuple[float, ...]
    spread: float | None


def auroc_over_seeds(truth: NDArray[np.bool_], scores: Floats) -> list[float]:
    """One area a seed. ``truth``: (n,), ``scores``: (seeds, n)."""
    once = np.ones(truth.size, np.int64)
    return [weighted_auroc(truth, one)(once) for one in scores]


def area_over_seeds(  # noqa: PLR0913  (a model, its patients, and how they are resampled)
    truth: NDArray[np.bool_],
    scores: Floats,
    patient: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    resamples: int = 1000,
    confidence: float = 0.95,
) -> tuple[float, Interval]:
    """Mean AUROC over seeds, with the interval of :func:`compare_over_seeds`: patients and seeds vary.

    Raises:
        ValueError: a class is absent in more than one resample in ten.
    """
    nothing = np.zeros_like(scores)  # its area is a half in every resample, exactly
    found = compare_over_seeds(truth, scores, nothing, patient, rng, resamples=resamples, confidence=confidence)
    low, high = (float(np.clip(0.5 + end, 0, 1)) for end in (found.interval.low, found.interval.high))
    return 0.5 + found.difference, Interval(low, high)


def compare_over_seeds(  # noqa: PLR0913  (two models, their patients, and how they are resampled)
    truth: NDArray[np.bool_],
    one: Floats,
    other: Floats,
    patient: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    resamples: int = 1000,
    confidence: float = 0.95,
) -> SeededDifference:
    """Mean AUROC of ``one`` less that of ``other``. ``truth``, ``patient``: (n,); scores: (seeds, n), paired by seed.

    The variance is the sum of two: that of the mean over these seeds, by a bootstrap of patients, and that of the
    mean over other seeds, from the differences of the seeds. The limits are Student's with Satterthwaite's degrees of
    freedom (1946, Biometrics Bulletin 2:110-114, doi:10.2307/3002019), so that few seeds make a wide interval. Of one
    seed only the patients' variance is known.

    Raises:
        ValueError: a class is absent in more than one resample in ten.
    """
    by_seed = np.subtract(auroc_over_seeds(truth, one), auroc_over_seeds(truth, other))
    of_patients = _variance_by_patients(truth, one, other, draws(patient, rng, resamples), resamples)
    return _over_seeds(by_seed, of_patients, count_clusters(patient), confidence)


def compare_calls_over_seeds(  # noqa: PLR0913  (as above)
    one: NDArray[np.bool_],
    other: NDArray[np.bool_],
    patient: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    resamples: int = 1000,
    confidence: float = 0.95,
) -> SeededDifference:
    """Mean share that ``one`` calls less that of ``other``, with thresholds as they are; of the ill: sensitivity.

    ``one``, ``other``: (seeds, n), paired by seed. ``patient``: (n,). The variance is taken as above.
    """
    changes = np.subtract(one, other, dtype=np.float64)
    mean = changes.mean(axis=0)
    values = [float(weights @ mean) / float(weights.sum()) for weights in draws(patient, rng, resamples)]
    of_patients = float(np.var(values, ddof=1))
    return _over_seeds(changes.mean(axis=1), of_patients, count_clusters(patient), confidence)


def _over_seeds(by_seed: Floats, of_patients: float, patients: int, confidence: float) -> SeededDifference:
    seeds = len(by_seed)
    of_seeds = float(np.var(by_seed, ddof=1)) / seeds if seeds > 1 else 0.0
    variances, freedoms = (of_patients, of_seeds), (patients - 1, seeds - 1)
    difference = float(by_seed.mean())
    interval, p = _student(difference, variances, freedoms, confidence)
    spread = float(np.std(by_seed, ddof=1)) if seeds > 1 else None
    return SeededDifference(difference, interval, p, tuple(map(float, by_seed)), spread)


def _variance_by_patients(
    truth: NDArray[np.bool_], one: Floats, other: Floats, drawn: Iterable[Weights], resamples: int
) -> float:
    pairs = [(weighted_auroc(truth, a), weighted_auroc(truth, b)) for a, b in zip(one, other, strict=True)]
    values = np.array([np.mean([first(weights) - second(weights) for first, second in pairs]) for weights in drawn])
    defined = values[~np.isnan(values)]
    if defined.size < 0.9 * resamples:
        raise ValueError(f"a class is absent in {resamples - defined.size} of {resamples} resamples")
    return float(np.var(defined, ddof=1))


def _student(
    difference: float, variances: tuple[float, float], freedoms: tuple[int, int], confidence: float
) -> tuple[Interval, float]:
    total = sum(variances)
    if total <= 0:
        return Interval(difference, difference), 1.0 if difference == 0 else 0.0
    parts = sum(one**2 / freedom for one, freedom in zip(variances, freedoms, strict=True) if freedom > 0)
    freedom = total**2 / parts
    margin = float(stats.t.ppf((1 + confidence) / 2, freedom)) * sqrt(total)
    p = 2 * float(stats.t.sf(abs(difference) / sqrt(total), freedom))
    return Interval(max(-1.0, difference - margin), min(1.0, difference + margin)), p  # of two areas
