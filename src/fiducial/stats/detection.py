"""Detections against lesions: free-response ROC, average precision, and what boxes say of whole images."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.stats.intervals import Interval
from fiducial.stats.resampling import Statistic, Weights, patient_bootstrap

RATES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)  # false positives an image, as LUNA16 takes them
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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

    @property
    def highest(self) -> Floats:
        """The highest score of each image, (images,); 0 where nothing was detected."""
        found = np.zeros(self.lesions.size)
        np.maximum.at(found, self.image, self.score)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Froc:
    """Sensitivity for lesions against false positives an image, one point a score, both rising; all (k,)."""

    false_positives: Floats
    sensitivity: Floats
    score: Floats


def match(overlap: Floats, score: Floats) -> NDArray[np.bool_]:
    """Which detections of one image find a lesion that no stronger one has found.

    ``overlap``: (d, lesions) of those pairs that count as found, 0 elsewhere. ``score``: (d,). The strongest chooses
    first, and takes the lesion that it overlaps most.
    """
    hit = np.zeros(score.size, dtype=bool)
    left = overlap.copy()
    for one in np.argsort(-score, kind="stable"):
        if left.shape[1] and left[one].max() > 0:
            hit[one] = True
            left[:, left[one].argmax()] = 0.0
    return hit


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


def sensitivity_at(found: Detections, rate: float) -> Statistic:
    """The sensitivity for lesions at the lowest score with at most ``rate`` false positives an image, images weighted.

    NaN where no lesion was drawn.
    """
    last = _last_of_each_score(found.score)

    def of_images(weights: Weights) -> float:
        lesions = int(weights @ found.lesions)
        if not lesions:
            return float("nan")
        times = weights[found.image]
        false = np.cumsum(times * ~found.hit)[last]
        true = np.cumsum(times * found.hit)[last]
        allowed = int(np.searchsorted(false, rate * weights.sum() * (1 + 1e-12), side="right"))
        return float(true[allowed - 1]) / lesions if allowed else 0.0

    return of_images


def mean_sensitivity(found: Detections, rates: tuple[float, ...] = RATES) -> Statistic:
    """The mean sensitivity over several rates (LUNA16's score). Source: Setio et al. 2017, Med Image Anal 42:1-13,
    doi:10.1016/j.media.2017.06.015.
    """
    each = [sensitivity_at(found, rate) for rate in rates]
    return lambda weights: float(np.mean([one(weights) for one in each]))


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
        best = np.maximum.accumulate(precision[::-1])[::-1]
        return float(np.diff(true, prepend=0) @ best) / lesions

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


def _lesions(found: Detections) -> int:
    lesions = int(found.lesions.sum())
    if not lesions:
        raise ValueError("there is no lesion that could be found")
    return lesions


def _last_of_each_score(score: Floats) -> Ints:
    """Where each run of equal scores ends: detections of one score are taken together, whatever their order."""
    return np.flatnonzero(np.diff(score, append=-np.inf) != 0)
