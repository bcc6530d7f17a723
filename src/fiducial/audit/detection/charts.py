"""The curves of a detector: lesions found against false positives an image, and precision against recall."""

import numpy as np

from fiducial.audit.detection.figures import Asked, Measured, drawn_confidence, sensitivity_over
from fiducial.audit.detection.matching import Matched
from fiducial.claims.charts import Curves, Series
from fiducial.claims.evidence import Figure
from fiducial.stats.detection import band, froc, precision_recall

POINTS = 81  # of the curve against false positives; more than a page can show
FARTHEST = 8.0  # false positives an image, as LUNA16 takes them
MOST_POINTS = 400  # of precision against recall


def curves_of(found: Matched, asked: Asked, told: Measured, name: str = "detection") -> tuple[Curves, ...]:
    """Both, the threshold marked on each."""
    return (_froc(found, asked, told, f"froc-{name}"), _precision(found, told, f"precision-{name}"))


def _froc(found: Matched, asked: Asked, told: Measured, name: str) -> Curves:
    whole = froc(found.detections)
    ends = whole.false_positives[-1] if whole.false_positives.size else 0.0
    top = max(min(FARTHEST, float(ends)), min(asked.rate, FARTHEST))
    rates = tuple(np.linspace(0.0, top, POINTS).tolist())
    curve, value = sensitivity_over(found, rates)
    confidence = drawn_confidence(found, asked.confidence)
    low, high = band(curve, found.patient, asked.rng(), resamples=asked.resamples, confidence=confidence)
    series = Series(
        "lesions found",
        rates,
        tuple(value.tolist()),
        tuple(np.minimum(low, value).tolist()),
        tuple(np.maximum(high, value).tolist()),
    )
    at = _mark(told.figures["false_positives_per_image"], told.figures["lesion_sensitivity_at_threshold"], told)
    marks = (at,) if at[0] <= top else ()
    title, x_label = "Lesions found against false positives (FROC)", "false positives an image"
    y_label = "share of the lesions found"
    return Curves(name, title, x_label, y_label, (series,), diagonal=False, marks=marks, of_shares=True)


def _precision(found: Matched, told: Measured, name: str) -> Curves:
    curve = precision_recall(found.detections)
    kept = np.unique(np.linspace(0, max(curve.recall.size - 1, 0), MOST_POINTS).astype(int))[: curve.recall.size]
    recall, precision = ([0.0, *one[kept].tolist()] for one in (curve.recall, curve.precision))
    precision[0] = precision[1] if len(precision) > 1 else 0.0
    area = told.figures["average_precision"].value
    series = Series(f"average precision {area:.3f}", tuple(recall), tuple(precision))
    right = told.figures.get("lesion_precision")
    marks = (_mark(told.figures["lesion_sensitivity_at_threshold"], right, told),) if right else ()
    title = "Precision against recall, by lesion"
    return Curves(
        name, title, "share of the lesions found", "share of the marks right", (series,), diagonal=False, marks=marks
    )


def _mark(across: Figure, up: Figure, told: Measured) -> tuple[float, float, str]:
    return (across.value, up.value, f"threshold {told.threshold:.3g}")
