"""Detections are counted as the sources count them; the order within a tie is of no consequence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from fiducial.stats.detection import (
    Detections,
    average_precision,
    froc,
    match,
    mean_sensitivity,
    sensitivity_at,
    with_interval,
)

# Two images; three lesions. Found: 0.9 hit, 0.8 false, 0.7 hit, 0.6 false, 0.5 hit.
FOUND = Detections(
    np.array([0.9, 0.8, 0.7, 0.6, 0.5]),
    np.array([0, 0, 1, 1, 0]),
    np.array([True, False, True, False, True]),
    np.array([2, 1]),
)
EACH = np.ones(2, dtype=np.int64)


def made(rng: np.random.Generator, images: int = 60, detections: int = 150) -> Detections:
    score = np.sort(rng.random(detections).round(2))[::-1]
    image = rng.integers(0, images, detections)
    hit = rng.random(detections) < score
    return Detections(score, image, hit, np.bincount(image[hit], minlength=images) + rng.integers(0, 2, images))


def test_the_curve_rises_detection_by_detection() -> None:
    curve = froc(FOUND)
    np.testing.assert_allclose(curve.false_positives, [0, 0.5, 0.5, 1, 1])
    np.testing.assert_allclose(curve.sensitivity, np.array([1, 1, 2, 2, 3]) / 3)


@pytest.mark.parametrize(("rate", "expected"), [(0.0, 1 / 3), (0.4, 1 / 3), (0.5, 2 / 3), (1.0, 1.0), (8.0, 1.0)])
def test_sensitivity_is_read_at_as_many_false_positives_as_are_allowed(rate: float, expected: float) -> None:
    assert sensitivity_at(FOUND, rate)(EACH) == pytest.approx(expected)


def test_precision_is_the_best_at_that_recall_or_beyond() -> None:
    # Precisions at the three hits: 1, 2/3, 3/5.
    assert average_precision(FOUND)(EACH) == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)


def test_precision_that_falls_gives_the_area_of_scikit_learn() -> None:
    score = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    hit = np.array([1, 1, 0, 1, 0, 0], dtype=bool)
    found = Detections(score, np.zeros(6, dtype=np.int64), hit, np.array([3]))
    assert average_precision(found)(EACH[:1]) == pytest.approx(average_precision_score(hit, score))


def test_lesions_that_nothing_finds_lower_everything() -> None:
    more = Detections(FOUND.score, FOUND.image, FOUND.hit, FOUND.lesions + 3)
    assert average_precision(more)(EACH) == pytest.approx(average_precision(FOUND)(EACH) / 3)
    assert froc(more).sensitivity[-1] == pytest.approx(1 / 3)


@given(seed=st.integers(0, 50))
def test_the_order_within_a_tie_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = made(rng)
    order = np.lexsort((rng.random(found.score.size), -found.score))
    other = Detections(found.score[order], found.image[order], found.hit[order], found.lesions)
    once = np.ones(found.lesions.size, dtype=np.int64)
    for statistic in (average_precision, mean_sensitivity):
        assert statistic(found)(once) == pytest.approx(statistic(other)(once))


@given(seed=st.integers(0, 50))
def test_an_image_drawn_twice_counts_as_two(seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = made(rng, images=20, detections=40)
    times = rng.integers(0, 3, 20)
    repeated = [np.flatnonzero(found.image == image) for image in np.repeat(np.arange(20), times)]
    rows = np.concatenate(repeated) if repeated else np.zeros(0, dtype=np.int64)
    copy = np.repeat(np.arange(len(repeated)), [one.size for one in repeated])
    order = np.argsort(-found.score[rows], kind="stable")
    drawn = Detections(found.score[rows][order], copy[order], found.hit[rows][order], np.repeat(found.lesions, times))
    once = np.ones(drawn.lesions.size, dtype=np.int64)
    if drawn.lesions.sum():
        assert sensitivity_at(found, 0.5)(times) == pytest.approx(sensitivity_at(drawn, 0.5)(once))
        assert average_precision(found)(times) == pytest.approx(average_precision(drawn)(once))


def test_the_strongest_detection_takes_the_lesion_and_the_next_is_a_false_positive() -> None:
    overlap = np.array([[0.6, 0.0], [0.9, 0.55], [0.8, 0.0]])
    assert match(overlap, np.array([0.9, 0.8, 0.7])).tolist() == [0, 1, -1]
    assert match(overlap[:, :1], np.array([0.1, 0.8, 0.7])).tolist() == [-1, 0, -1]


def test_the_interval_is_by_patient_and_holds_the_estimate() -> None:
    found = made(np.random.default_rng(2))
    patient = np.arange(60) // 3
    value, interval = with_interval(average_precision(found), found, patient, np.random.default_rng(0), resamples=300)
    assert interval.low < value < interval.high


def test_without_a_lesion_nothing_can_be_found() -> None:
    empty = Detections(np.array([0.5]), np.array([0]), np.array([False]), np.array([0]))
    with pytest.raises(ValueError, match="no lesion"):
        froc(empty)
    assert np.isnan(average_precision(empty)(EACH[:1]))
