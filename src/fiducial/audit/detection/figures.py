"""What matched boxes amount to: by lesion, by mark, and by image, sensitivity and specificity always beside each other.

A bootstrap of few patients is too sure, and where every resample finds all lesions it has no width. So it is asked for
more the fewer the patients (``expanded``), and shares are never narrower than Wilson's interval with patients as
clusters, counts never narrower than the exact Poisson interval (Garwood 1936, Biometrika 28:437-442).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from fiducial.audit.detection.matching import Matched
from fiducial.claims.evidence import Figure
from fiducial.errors import CannotJudge
from fiducial.stats.clusters import count_clusters
from fiducial.stats.detection import (
    RATES,
    Curve,
    Detections,
    average_precision,
    froc,
    mean_sensitivity,
    sensitivities,
    sensitivity_at,
    with_interval,
)
from fiducial.stats.intervals import Interval, wilson_clustered
from fiducial.stats.resampling import Statistic, Summed, expanded

PER_IMAGE = "1/image"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """``rate``: false positives an image at which sensitivity is read. ``threshold``: of marks; None takes the rate's.

    ``seed``, ``resamples``, ``confidence``: of every interval.
    """

    rate: float = 1.0
    threshold: float | None = None
    seed: int | list[int] = 0
    resamples: int = 2000
    confidence: float = 0.95

    def rng(self) -> np.random.Generator:
        """The same draws for every figure, so that none depends on which others are asked for."""
        return np.random.default_rng(self.seed)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """``threshold``: the lowest score of a mark that is called. ``figures``: by name."""

    threshold: float
    figures: dict[str, Figure]


def measured(found: Matched, asked: Asked) -> Measured:
    """Every figure of matched boxes.

    Raises:
        CannotJudge: no lesion was drawn on a judged image, or on images of too few patients.
    """
    marks = found.detections
    lesions = int(marks.lesions.sum())
    if not lesions:
        raise CannotJudge("no reference box lies on a judged image, so there is no lesion to find")
    threshold = cut_at(marks, asked.rate) if asked.threshold is None else asked.threshold
    figures = [
        *_by_rate(found, asked, lesions),
        *_at_threshold(found, asked, threshold),
        *images_called(found, threshold, asked.confidence),
        *_rightly_marked(found, threshold, asked.confidence),
    ]
    return Measured(threshold, {one.name: one for one in figures})


def cut_at(marks: Detections, rate: float) -> float:
    """The lowest score with at most ``rate`` false positives an image; infinity where not one mark is allowed."""
    curve = froc(marks)
    allowed = np.flatnonzero(curve.false_positives <= rate * (1 + 1e-12))
    return float(curve.score[allowed[-1]]) if allowed.size else float("inf")


def sensitivity_over(found: Matched, rates: tuple[float, ...]) -> tuple[Curve, Floats]:
    """The curve at some rates, and its points on the images as they are."""
    curve = sensitivities(found.detections, rates)
    return curve, curve(np.ones(found.patient.size, dtype=np.int64))


def drawn_confidence(found: Matched, confidence: float) -> float:
    """What to ask of a bootstrap over patients of whom not all have lesions."""
    with_lesions = count_clusters(found.patient[found.detections.lesions > 0])
    return expanded(confidence, with_lesions)


def _by_rate(found: Matched, asked: Asked, lesions: int) -> list[Figure]:
    marks = found.detections
    asks: tuple[tuple[str, Statistic], ...] = (
        ("lesion_sensitivity", sensitivity_at(marks, asked.rate)),
        ("average_precision", average_precision(marks)),
        ("mean_lesion_sensitivity", mean_sensitivity(marks, RATES)),
    )
    return [_resampled(name, statistic, found, asked, lesions) for name, statistic in asks]


def _resampled(name: str, statistic: Statistic, found: Matched, asked: Asked, lesions: int) -> Figure:
    try:
        value, interval = _drawn(statistic, found, asked, drawn_confidence(found, asked.confidence))
    except ValueError as reason:
        raise CannotJudge(f"the lesions are those of too few patients ({reason})") from reason
    return Figure(name, value, _around(interval, _least(value, found, asked.confidence), value), lesions)


def _drawn(statistic: Statistic, found: Matched, asked: Asked, confidence: float) -> tuple[float, Interval]:
    return with_interval(
        statistic, found.detections, found.patient, asked.rng(), resamples=asked.resamples, confidence=confidence
    )


def _least(value: float, found: Matched, confidence: float) -> Interval:
    """What as many lesions of as many patients could tell of a share of ``value``, the strongest found."""
    patient = np.repeat(found.patient, found.detections.lesions)
    scored = np.nan_to_num(_score_of_lesions(found), nan=-np.inf)
    hits = round(value * patient.size)
    success = np.zeros(patient.size, dtype=bool)
    success[np.argsort(-scored, kind="stable")[:hits]] = True
    return wilson_clustered(success, patient, confidence)


def _around(drawn: Interval, least: Interval, value: float) -> Interval:
    return Interval(min(drawn.low, least.low, value), max(drawn.high, least.high, value))


def _score_of_lesions(found: Matched) -> Floats:
    """(lesions,), in the order of their images; NaN where nothing found one."""
    score: Floats = found.lesions["score"].fill_null(float("nan")).to_numpy().astype(np.float64)
    return score


def _at_threshold(found: Matched, asked: Asked, threshold: float) -> list[Figure]:
    marks = found.detections
    called = marks.score >= threshold
    of_lesions = np.repeat(np.arange(found.patient.size), marks.lesions)
    hit = _score_of_lesions(found) >= threshold
    figures = [_share("lesion_sensitivity_at_threshold", hit, of_lesions, found, asked)]
    if called.any():
        figures.append(_share("lesion_precision", marks.hit[called], marks.image[called], found, asked))
    return [*figures, _false_positives(found, asked, called)]


def _share(name: str, success: NDArray[np.bool_], image: NDArray[np.int64], found: Matched, asked: Asked) -> Figure:
    """A share of lesions or marks, of which the images hold more or fewer. ``success``, ``image``: (k,)."""
    images = found.patient.size
    counts = np.column_stack([np.bincount(image, success, images), np.bincount(image, minlength=images)]).astype(
        np.float64
    )
    value = float(success.mean())
    patient = found.patient[image]
    least = wilson_clustered(success, patient, asked.confidence)
    confidence = expanded(asked.confidence, count_clusters(patient))
    try:
        _, drawn = _drawn(Summed(counts, _quotient), found, asked, confidence)
    except ValueError:  # of so few patients that many resamples hold none of them
        drawn = Interval(0.0, 1.0)
    return Figure(name, value, _around(drawn, least, value), success.size)


def _quotient(sums: Floats) -> Floats:
    whole = sums[..., 1]
    shares: Floats = np.divide(sums[..., 0], whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)
    return shares


def _false_positives(found: Matched, asked: Asked, called: NDArray[np.bool_]) -> Figure:
    marks, images = found.detections, found.patient.size
    false = np.bincount(marks.image[called & ~marks.hit], minlength=images).astype(np.float64)
    patients = count_clusters(found.patient)
    rate = Summed(np.column_stack([false, np.ones(images)]), _quotient)
    value, drawn = _drawn(rate, found, asked, expanded(asked.confidence, patients))
    total = float(false.sum())
    trials = images if total else patients  # of no count nobody knows how patients' images cluster
    interval = _around(drawn, _poisson(total, trials, asked.confidence), value)
    return Figure("false_positives_per_image", value, interval, images, PER_IMAGE)


def _poisson(count: float, trials: int, confidence: float) -> Interval:
    tail = (1 - confidence) / 2
    low = chi2.ppf(tail, 2 * count) / 2 if count else 0.0
    return Interval(float(low) / trials, float(chi2.ppf(1 - tail, 2 * count + 2)) / 2 / trials)


def images_called(found: Matched, threshold: float, confidence: float) -> list[Figure]:
    """An image is called ill where a mark reaches the threshold: sensitivity and specificity, as far as they exist."""
    called, ill, patient = found.strongest >= threshold, found.images.ill, found.images.patient
    figures = []
    for name, asked, right in (
        ("sensitivity_from_boxes", ill, called),
        ("specificity_from_boxes", ~ill, ~called),
        ("precision_from_boxes", called, ill),
    ):
        if asked.any():
            share = right[asked]
            interval = wilson_clustered(share, patient[asked], confidence)
            figures.append(Figure(name, float(share.mean()), interval, share.size))
    return figures


def _rightly_marked(found: Matched, threshold: float, confidence: float) -> list[Figure]:
    """Of the ill images that marks call ill, the share where one of these marks is on a lesion."""
    marks = found.detections
    called = np.bincount(marks.image[marks.score >= threshold], minlength=found.patient.size) > 0
    right = np.bincount(marks.image[(marks.score >= threshold) & marks.hit], minlength=found.patient.size) > 0
    asked = called & (marks.lesions > 0)
    if not asked.any():
        return []
    share = right[asked]
    interval = wilson_clustered(share, found.patient[asked], confidence)
    return [Figure("rightly_marked", float(share.mean()), interval, share.size)]
