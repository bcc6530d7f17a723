"""Figures against the programs that others publish by: pycocotools, and the evaluation of LUNA16."""

from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from sklearn.metrics import roc_curve

from audit.detection.detectors import BOX, Detector, simulated
from audit.detection.test_matching import matched_in
from fiducial.audit.detection.figures import Asked, cut_at, measured
from fiducial.audit.detection.matching import Matched
from fiducial.claims.overlap import Counting, Overlap
from fiducial.stats.detection import RATES, froc, precision_recall

QUICK = Asked(threshold=0.5, resamples=50)


def jittered(seed: int, images: int = 80) -> Detector:
    """Marks that lie more or less on the lesions, some of them twice, with scores that never tie."""
    detector = simulated(images, false=1.0, seed=seed)
    rng = np.random.default_rng(seed)
    marks = detector.marked
    moved = {name: marks[name] + rng.normal(0, 3, marks.height) for name in ("x0", "y0")}
    moved = {name: np.clip(one.to_numpy(), 0, 100 - BOX) for name, one in moved.items()}
    score = rng.permutation(marks.height) / marks.height
    placed = marks.with_columns(**moved, x1=moved["x0"] + BOX, y1=moved["y0"] + BOX, score=score)
    return replace(detector, marked=placed)


def of_coco(detector: Detector, at: float) -> float:
    """The average precision of pycocotools, whatever the size of the boxes."""
    number = {study: place for place, study in enumerate(detector.cohort["study"], start=1)}

    def box(row: dict[str, float]) -> list[float]:
        return [row["x0"], row["y0"], row["x1"] - row["x0"], row["y1"] - row["y0"]]

    with redirect_stdout(StringIO()):
        truth = COCO()
        truth.dataset = {
            "images": [{"id": place} for place in number.values()],
            "categories": [{"id": 1}],
            "annotations": [
                {"id": place, "image_id": number[row["study"]], "category_id": 1, "bbox": box(row), "area": BOX * BOX,
                 "iscrowd": 0}
                for place, row in enumerate(detector.drawn.to_dicts(), start=1)
            ],
        }  # fmt: skip
        truth.createIndex()
        found = truth.loadRes(
            [
                {"image_id": number[row["study"]], "category_id": 1, "bbox": box(row), "score": row["score"]}
                for row in detector.marked.to_dicts()
            ]
        )
        judge = COCOeval(truth, found, "bbox")
        judge.params.iouThrs = np.array([at])
        judge.params.areaRng, judge.params.areaRngLbl = [[0, 1e10]], ["all"]
        judge.evaluate()
        judge.accumulate()
    return float(judge.eval["precision"][0, :, 0, 0, -1].mean())


def at_101_recalls(found: Matched) -> float:
    """COCO reads the same curve at 101 recalls; the whole area is ours."""
    curve = precision_recall(found.detections)
    recalls = np.linspace(0, 1, 101)
    place = np.searchsorted(curve.recall, recalls, side="left")
    return float(np.append(curve.precision, 0.0)[place].mean())


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 100), at=st.sampled_from([0.3, 0.5, 0.75]))
def test_the_curve_that_coco_reads_at_101_recalls_is_ours(seed: int, at: float) -> None:
    detector = jittered(seed)
    found = matched_in(detector, Counting(Overlap("iou", at)))
    assert at_101_recalls(found) == pytest.approx(of_coco(detector, at), abs=1e-9)
    area = measured(found, QUICK).figures["average_precision"].value
    assert area == pytest.approx(of_coco(detector, at), abs=0.02)


def of_luna(found: Matched) -> tuple[np.ndarray, np.ndarray]:
    """The curve as noduleCADEvaluationLUNA16 takes it, from scikit-learn's ROC: the repeats are out, misses added back.

    Source: Setio et al. 2017, Med Image Anal 42:1-13, doi:10.1016/j.media.2017.06.015, and the script of the challenge.
    """
    marks = found.detections
    wrong, lesions = int((~marks.hit).sum()), int(marks.lesions.sum())
    fpr, tpr, _ = roc_curve(marks.hit, marks.score, drop_intermediate=False)
    return fpr * wrong / marks.lesions.size, tpr * int(marks.hit.sum()) / lesions


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 100))
def test_the_curve_has_the_points_of_luna16(seed: int) -> None:
    found = matched_in(jittered(seed), Counting(Overlap("centre"), "ignored"))
    rates, reached = of_luna(found)
    curve = froc(found.detections)
    np.testing.assert_allclose(curve.false_positives, rates[1:])
    np.testing.assert_allclose(curve.sensitivity, reached[1:])


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 100))
def test_the_mean_is_that_of_luna16_less_what_no_threshold_reaches(seed: int) -> None:
    found = matched_in(jittered(seed), Counting(Overlap("centre"), "ignored"))
    rates, reached = of_luna(found)
    ours = measured(found, QUICK).figures["mean_lesion_sensitivity"].value
    assert ours <= np.interp(RATES, rates, reached).mean() + 1e-9  # a straight line runs above the last point reached
    steps = [reached[rates <= rate + 1e-12].max() for rate in RATES]
    assert ours == pytest.approx(np.mean(steps))


@pytest.mark.parametrize("images", [6, 200])
def test_all_found_in_every_resample_still_leaves_doubt(images: int) -> None:
    found = matched_in(simulated(images, finds=1.0, false=0.0, seed=3))
    figures = measured(found, replace(QUICK, threshold=0.0)).figures
    for name in ("lesion_sensitivity", "average_precision", "mean_lesion_sensitivity"):
        interval = figures[name].interval
        assert interval is not None
        assert interval.high == 1.0
        assert 0.2 < interval.low < 0.999
    none = figures["false_positives_per_image"].interval
    assert none is not None
    assert none.low == 0 < none.high


def test_the_threshold_of_a_rate_is_the_lowest_score_that_keeps_to_it() -> None:
    marks = matched_in(simulated(100)).detections
    cut = cut_at(marks, 0.2)
    assert (~marks.hit[marks.score >= cut]).sum() <= 20
    lower = marks.score[marks.score < cut].max()
    assert (~marks.hit[marks.score >= lower]).sum() > 20


def test_no_mark_is_allowed_where_the_surest_is_wrong() -> None:
    detector = simulated(50, finds=0.0, false=1.0)
    assert cut_at(matched_in(detector).detections, 0.001) == float("inf")


def test_an_image_called_for_another_reason_is_not_rightly_marked() -> None:
    figures = measured(matched_in(simulated(100, finds=0.0, false=2.0)), QUICK).figures
    assert figures["sensitivity_from_boxes"].value > 0
    assert figures["rightly_marked"].value == 0
