"""Detections against lesions: free-response ROC, precision against recall, and their intervals by patient."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fiducial.stats.intervals import Interval
from fiducial.stats.resampling import Statistic, Weights, draws, patient_bootstrap

RATES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)  # false positives an image, as LUNA16 takes them
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Curve: TypeAlias = Callable[[Weights], Floats]  # one value a point, of weighted images


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """``d`` detections in ``images`` images, strongest first.

    ``score``: (d,) descending. ``image``: (d,). ``hit``: (d,), whether it is the first to find a lesion. ``lesions``:
    (images,), how many each image holds. A second detection of a found lesion is a false positive.
    """

    score: Floats
    image: Ints
    hit: NDArray[np.bool_]
    lesions: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Froc:
    """Sensitivity for lesions against false positives an image, one point a score, both rising; all (k,)."""

    false_positives: Floats
    sensitivity: Floats
    score: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PrecisionRecall:
    """Precision, the best at that recall or beyond, against recall, one point a score; all (k,)."""

    recall: Floats
    precision: Floats
    score: Floats


def match(overlap: Floats, score: Floats) -> Ints:
    """Which lesion each detection of one image finds, -1 for none; a lesion is found once.

    ``overlap``: (d, lesions) of those pairs that count as found, 0 elsewhere. ``score``: (d,). The strongest chooses
    first, and takes the lesion that it overlaps most among those that are left, as COCO does.
    """
    taken = np.full(score.size, -1, dtype=np.int64)
    left = overlap.copy()
    for one in np.argsort(-score, kind="stable"):
        if left.shape[1] and left[one].max() > 0:
            taken[one] = left[one].argmax()
            left[:, taken[one]] = 0.0
    return taken


def froc(found: Detections) -> Froc:
    """The whole curve. Source: Bunch et al. 1978, J Appl Photogr Eng 4:166-171.

    Raises:
        ValueError: there is no lesion.
    """
    lesions = _lesions(found)
    last = _last_of_each_score(found.score)
    return Froc(
        np.cumsum(~found.hit)[last] / found.lesions.size, np.cumsum(found.hit)[last] / lesions, found.score[last]
    )


def precision_recall(found: Detections) -> PrecisionRecall:
    """The whole curve.

    Raises:
        ValueError: there is no lesion.
    """
    lesions = _lesions(found)
    last = _last_of_each_score(found.score)
    true, made = np.cumsum(found.hit)[last], last + 1
    return PrecisionRecall(true / lesions, _best_beyond(true / made), found.score[last])


def sensitivities(found: Detections, rates: tuple[float, ...]) -> Curve:
    """The sensitivity for lesions at the lowest score with at most each rate of false positives an image.

    Nothing lies between two scores: LUNA16 draws a straight line there, which no threshold reaches. NaN where no lesion
    was drawn.
    """
    last = _last_of_each_score(found.score)
    most = np.asarray(rates) * (1 + 1e-12)

    def of_images(weights: Weights) -> Floats:
        lesions = int(weights @ found.lesions)
        if not lesions:
            return np.full(most.size, np.nan)
        times = weights[found.image]
        false = np.cumsum(times * ~found.hit)[last]
        true = np.concatenate(([0], np.cumsum(times * found.hit)[last]))
        reached: Floats = true[np.searchsorted(false, most * weights.sum(), side="right")] / lesions
        return reached

    return of_images


def sensitivity_at(found: Detections, rate: float) -> Statistic:
    """The sensitivity for lesions at a rate of false positives an image, as :func:`sensitivities`."""
    of_images = sensitivities(found, (rate,))
    return lambda weights: float(of_images(weights)[0])


def mean_sensitivity(found: Detections, rates: tuple[float, ...] = RATES) -> Statistic:
    """The mean sensitivity over several rates (LUNA16's score). Source: Setio et al. 2017, Med Image Anal 42:1-13,
    doi:10.1016/j.media.2017.06.015.
    """
    of_images = sensitivities(found, rates)
    return lambda weights: float(np.mean(of_images(weights)))


def average_precision(found: Detections) -> Statistic:
    """The area under precision against recall of weighted images, precision being the best at that recall or beyond.

    Source: Everingham et al. 2010, Int J Comput Vis 88:303-338, doi:10.1007/s11263-009-0275-4 (all points). NaN where
    no lesion was drawn.
    """
    last = _last_of_each_score(found.score)

    def of_images(weights: Weights) -> float:
        lesions = int(weights @ found.lesions)
        if not lesions:
            return float("nan")
        times = weights[found.image]
        true, made = np.cumsum(times * found.hit)[last], np.cumsum(times)[last]
        precision = np.divide(true, made, out=np.zeros(true.size), where=made > 0)
        return float(np.diff(true, prepend=0) @ _best_beyond(precision)) / lesions

    return of_images


def with_interval(  # noqa: PLR0913  (as patient_bootstrap)
    statistic: Statistic,
    found: Detections,
    patient: Ints,
    rng: np.random.Generator,
    *,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> tuple[float, Interval]:
    """A statistic of images as it is, and its interval by patient. ``patient``: (images,).

    Raises:
        ValueError: there is no lesion, or too many resamples have none.
    """
    _lesions(found)
    value = statistic(np.ones(found.lesions.size, dtype=np.int64))
    return value, patient_bootstrap(statistic, patient, rng, resamples=resamples, confidence=confidence)


def band(
    curve: Curve, patient: Ints, rng: np.random.Generator, *, resamples: int = 2000, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """The ends of the interval at every point of a curve, patients drawn; resamples without a lesion are left out."""
    values = np.stack([curve(weights) for weights in draws(patient, rng, resamples)])
    low, high = np.nanquantile(values, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    return low, high


def _lesions(found: Detections) -> int:
    lesions = int(found.lesions.sum())
    if not lesions:
        raise ValueError("there is no lesion that could be found")
    return lesions


def _last_of_each_score(score: Floats) -> Ints:
    """Where each run of equal scores ends: detections of one score are taken together, whatever their order."""
    return np.flatnonzero(np.diff(score, append=-np.inf) != 0)


def _best_beyond(precision: Floats) -> Floats:
    best: Floats = np.maximum.accumulate(precision[::-1])[::-1]
    return best
