"""What a clinician reads of a detector: what it finds, and in the same breath what it does to healthy images."""

from collections.abc import Iterator
from dataclasses import replace

from fiducial.audit.accuracy import ALARMING
from fiducial.audit.detection.figures import Measured
from fiducial.audit.detection.matching import Matched
from fiducial.claims.evidence import Figure
from fiducial.claims.overlap import Overlap
from fiducial.stats.clusters import count_clusters

FEW = 30  # patients with lesions
OF_IMAGES = (("sensitivity", "sensitivity_from_boxes"), ("specificity", "specificity_from_boxes"))


def in_words(told: Measured, overlap: Overlap, rate: float) -> str:
    """By lesion at the rate, at the threshold, and both corners by image."""
    figures = told.figures
    return (
        f"Of 100 lesions it finds {hundred(figures['lesion_sensitivity'])} at {at_rate(rate)} "
        f"({overlap.words}); average precision {plain(figures['average_precision'])}. At threshold "
        f"{told.threshold:.4g} it finds {hundred(figures['lesion_sensitivity_at_threshold'])} of 100 lesions with "
        f"{plain(figures['false_positives_per_image'])} false positives an image; {called_in_words(figures)}."
    )


def at_rate(rate: float) -> str:
    """``1 false positive an image``."""
    return f"{rate:g} false positive{'' if rate == 1 else 's'} an image"


def called_in_words(figures: dict[str, Figure]) -> str:
    """Both corners of images, or why one cannot be told: sensitivity never stands alone."""
    hit, cleared = (figures.get(name) for _, name in OF_IMAGES)
    if hit is None or cleared is None:
        lacking = "ill" if hit is None else "healthy"
        known = f"its marks call {hundred(hit)} of 100 ill images ill, but " if hit else ""
        return f"{known}no image is {lacking}, so what it does to {lacking} images cannot be told"
    alarms = hundred(_complement(cleared))
    words = f"its marks call {hundred(hit)} of 100 ill images ill, and {alarms} of 100 healthy ones"
    if rightly := figures.get("rightly_marked"):
        words += f"; on {hundred(rightly)} of 100 ill ones that it calls, a mark is on a lesion"
    return words


def alarms_of(told: Measured) -> Iterator[str]:
    """Too many healthy images with a mark, or ill ones without, whatever anybody claims."""
    hit, cleared = (told.figures.get(name) for _, name in OF_IMAGES)
    right = told.figures.get("precision_from_boxes")
    if cleared and cleared.value < ALARMING:
        beside = f", although {100 * right.value:.0f}% of the images that it marks are ill here" if right else ""
        yield (
            f"It marks something on {100 * (1 - cleared.value):.0f} of 100 healthy images (specificity from boxes "
            f"{cleared.value:.2f}){beside}."
        )
    if hit and hit.value < ALARMING:
        share = f"{100 * (1 - hit.value):.0f}"
        yield f"It marks nothing on {share} of 100 ill images (sensitivity from boxes {hit.value:.2f})."
    rightly = told.figures.get("rightly_marked")
    if rightly and rightly.value < ALARMING:
        share = f"{100 * (1 - rightly.value):.0f}"
        yield f"On {share} of 100 ill images that it marks, not one mark is on a lesion: right for the wrong reason."


def provisos(found: Matched) -> Iterator[str]:
    """What the figures are worth where the lesions are those of few patients."""
    patients = count_clusters(found.patient[found.detections.lesions > 0])
    if patients < FEW:
        few = f"{patients} patient{'s' if patients != 1 else ''}"
        yield (
            f"The lesions are those of {few}: where a patient's images are alike, the interval of average precision is "
            "a little too narrow (in simulations it held in 92 of 100)."
        )


def plain(figure: Figure) -> str:
    """``0.710 (0.680 to 0.740)``."""
    interval = figure.interval
    told = f" ({_number(interval.low)} to {_number(interval.high)})" if interval else ""
    return f"{_number(figure.value)}{told}"


def hundred(figure: Figure) -> str:
    """``71 (68-74)``, of a hundred."""
    value, interval = 100 * figure.value, figure.interval
    return f"{value:.0f} ({100 * interval.low:.0f}-{100 * interval.high:.0f})" if interval else f"{value:.0f}"


def _complement(figure: Figure) -> Figure:
    interval = figure.interval
    flipped = replace(interval, low=1 - interval.high, high=1 - interval.low) if interval else None
    return replace(figure, value=1 - figure.value, interval=flipped)


def _number(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.3g}"
