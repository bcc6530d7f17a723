"""Boxes are paired with lesions whatever the order of their rows, and nothing that a detector repeats helps it."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.detection.detectors import Detector, simulated
from fiducial.audit.detection.boxes import Boxes, read_boxes
from fiducial.audit.detection.figures import Asked, measured
from fiducial.audit.detection.images import images_of
from fiducial.audit.detection.matching import Matched, matched, shares
from fiducial.claims.overlap import Counting, Overlap
from fiducial.cohort.table import read_cohort

SEEDS = st.integers(0, 1000)
QUICK = Asked(threshold=0.5, resamples=20)


def matched_in(detector: Detector, how: Counting | None = None) -> Matched:
    rows = detector.cohort
    boxes = read_boxes(detector.regions, read_cohort(rows), finding="x", model=None)
    return paired(rows, boxes, how or Counting())


def paired(rows: pl.DataFrame, boxes: Boxes, how: Counting) -> Matched:
    assert boxes.drawn is not None
    patient = rows["patient"].rank("dense").to_numpy().astype(np.int64)
    ill = rows["label.x"].to_numpy().astype(bool)
    images = images_of(rows["study"].to_numpy().astype(str), patient, ill, boxes.drawn, how.undrawn)
    return matched(images, boxes, boxes.drawn, how)


def values(detector: Detector, how: Counting | None = None, asked: Asked = QUICK) -> dict[str, float]:
    return {name: one.value for name, one in measured(matched_in(detector, how), asked).figures.items()}


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    detector = simulated(80, seed=seed)
    rng = np.random.default_rng(seed)
    other = Detector(
        *(one[rng.permutation(one.height).tolist()] for one in (detector.cohort, detector.drawn, detector.marked))
    )
    assert values(other) == pytest.approx(values(detector))


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, power=st.floats(0.2, 5))
def test_scores_moved_monotonically_change_nothing(seed: int, power: float) -> None:
    detector = simulated(80, seed=seed)
    moved = replace(detector, marked=detector.marked.with_columns(pl.col("score") ** power))
    asked = replace(QUICK, threshold=0.5**power)
    assert values(moved, asked=asked) == pytest.approx(values(detector))


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, share=st.floats(0.1, 1))
def test_a_second_box_on_a_found_lesion_never_helps(seed: int, share: float) -> None:
    detector = simulated(80, seed=seed)
    again = detector.marked.with_columns(pl.col("box") + 100, pl.col("score") * share)
    twice = replace(detector, marked=pl.concat([detector.marked, again]))
    before, after = values(detector), values(twice)
    for name in ("lesion_sensitivity", "average_precision", "lesion_sensitivity_at_threshold"):
        assert after[name] <= before[name] + 1e-12
    assert after["false_positives_per_image"] >= before["false_positives_per_image"]


def test_a_second_box_may_be_of_no_consequence() -> None:
    detector = simulated(80, false=0.0)
    again = detector.marked.with_columns(pl.col("box") + 100, pl.col("score") * 0.9)
    twice = replace(detector, marked=pl.concat([detector.marked, again]))
    ignored = Counting(repeats="ignored")
    assert values(twice, ignored) == pytest.approx(values(detector, ignored))
    assert values(twice)["false_positives_per_image"] > 0


def test_a_perfect_detector_has_everything() -> None:
    found = values(simulated(80, finds=1.0, false=0.0), asked=replace(QUICK, threshold=0.0))
    assert found.pop("false_positives_per_image") == 0
    assert set(found.values()) == {1.0}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [(Overlap("iou", 0.5), 50 / 150), (Overlap("iobb", 0.5), 0.5), (Overlap("centre"), 50 / 150)],
)
def test_overlap_is_measured_by_the_rule(rule: Overlap, expected: float) -> None:
    mark, lesion = np.array([[0.0, 0, 10, 10]]), np.array([[5.0, 0, 15, 10]])
    assert shares(rule, mark, lesion)[0, 0] == pytest.approx(expected)


def test_a_small_mark_in_a_wide_outline_is_found_by_its_own_area_alone() -> None:
    mark, lesion = np.array([[4.0, 4, 6, 6]]), np.array([[0.0, 0, 10, 10]])
    assert shares(Overlap("iou"), mark, lesion)[0, 0] == pytest.approx(0.04)
    assert shares(Overlap("iobb"), mark, lesion)[0, 0] == 1.0


def test_a_centre_outside_finds_nothing() -> None:
    mark, lesion = np.array([[0.0, 0, 10, 10]]), np.array([[6.0, 0, 16, 10]])
    assert shares(Overlap("centre"), mark, lesion)[0, 0] == 0.0


def test_boxes_of_volumes_are_paired_in_all_three_axes() -> None:
    detector = simulated(80, finds=1.0, false=0.0)
    deep = {"z0": 2.0, "z1": 6.0, "slices": 10}
    drawn = detector.drawn.with_columns(**{name: pl.lit(one) for name, one in deep.items()})
    marked = detector.marked.with_columns(**{name: pl.lit(one) for name, one in deep.items()})
    assert values(Detector(detector.cohort, drawn, marked))["lesion_sensitivity"] == 1.0
    aside = marked.with_columns(z0=pl.lit(6.0), z1=pl.lit(10.0))
    assert values(Detector(detector.cohort, drawn, aside))["lesion_sensitivity"] == 0.0


def test_an_image_without_a_mark_is_not_called_even_at_threshold_0() -> None:
    found = measured(matched_in(simulated(80, false=0.5)), replace(QUICK, threshold=0.0))
    assert 0 < found.figures["specificity_from_boxes"].value < 1
