"""Choosing a threshold: by hand, by brute force, and never without saying what the choice flatters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fiducial.stats.operating import (
    Worth,
    choose,
    corner_curve,
    estimate_optimism,
    keep_sensitivity,
    keep_specificity,
    least_harm,
)

TRUTH = np.array([False, False, True, False, True, True])
SCORE = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])


def chosen(worth: Worth) -> float:
    curve = corner_curve(TRUTH, SCORE)
    return float(curve.threshold[choose(curve, worth)])


def random_rows(seed: int, n: int = 40) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.4
    truth[:2] = True, False
    score: NDArray[np.float64] = np.clip(rng.normal(0.4 + 0.2 * truth, 0.2), 0, 1).round(1)
    return truth, score


def test_all_four_corners_stand_at_every_score() -> None:
    curve = corner_curve(TRUTH, SCORE)
    assert curve.threshold.tolist() == [*SCORE, np.inf]
    assert curve.hits.tolist() == [3, 3, 3, 2, 2, 1, 0]
    assert curve.alarms.tolist() == [3, 2, 1, 1, 0, 0, 0]
    assert (curve.misses + curve.hits).tolist() == [3] * 7
    assert (curve.cleared + curve.alarms).tolist() == [3] * 7


def test_a_floor_on_specificity_takes_the_most_sensitivity() -> None:
    assert chosen(keep_specificity(2 / 3)) == 0.3
    assert chosen(keep_specificity(0.9)) == 0.5


def test_a_floor_on_sensitivity_takes_the_most_specificity() -> None:
    assert chosen(keep_sensitivity(0.6)) == 0.5
    assert chosen(keep_sensitivity(1.0)) == 0.3


def test_cost_moves_the_threshold_towards_what_is_cheaper() -> None:
    assert chosen(least_harm(10, 1, 0.5)) == 0.3
    assert chosen(least_harm(1, 10, 0.5)) == 0.5
    assert chosen(least_harm(1, 1, 0.001)) == 0.5


def test_of_thresholds_that_are_as_good_the_highest_is_taken() -> None:
    curve = corner_curve(np.array([False, False, True]), np.array([0.1, 0.5, 0.9]))
    assert curve.threshold[choose(curve, keep_specificity(0.5))] == 0.9


@given(seed=st.integers(0, 2**16), floor=st.floats(0.05, 0.95))
def test_no_other_threshold_keeps_the_floor_and_finds_more(seed: int, floor: float) -> None:
    truth, score = random_rows(seed)
    curve = corner_curve(truth, score)
    value = curve.threshold[choose(curve, keep_specificity(floor))]
    best = (score[truth] >= value).mean()
    assert (score[~truth] < value).mean() >= floor - 1e-9
    for other in score:
        if (score[~truth] < other).mean() >= floor:
            assert (score[truth] >= other).mean() <= best + 1e-9


def test_net_benefit_is_the_harm_of_its_threshold_probability() -> None:
    truth, score = random_rows(3, 200)
    curve = corner_curve(truth, score)
    share = truth.mean()
    benefit = share * curve.sensitivity - (1 - share) * (1 - curve.specificity) * 0.1 / 0.9
    assert choose(curve, least_harm(0.9, 0.1, float(share))) == np.flatnonzero(benefit >= benefit.max() - 1e-12)[-1]


def test_choosing_on_few_rows_flatters_the_corner_that_is_maximised() -> None:
    truth, _ = random_rows(1, 60)
    score = np.random.default_rng(2).random(60)  # knows nothing
    found = estimate_optimism(truth, score, np.arange(60), least_harm(1, 1, 0.4), np.random.default_rng(0), 200)
    assert found.sensitivity + found.specificity > 0.05
    assert found.thresholds.size == 200


def test_choosing_on_many_rows_flatters_little() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random(5000) < 0.3
    score = rng.normal(size=5000) + 2 * truth
    found = estimate_optimism(truth, score, np.arange(5000), keep_specificity(0.85), rng, 50)
    assert abs(found.sensitivity) < 0.01
    assert np.ptp(found.thresholds) < 0.3


@pytest.mark.parametrize(
    ("truth", "score", "told"),
    [([True, True], [0.1, 0.2], "got 2 ill of 2"), ([True, False], [0.1, np.nan], "a score is NaN")],
)
def test_rows_that_tell_nothing_are_refused(truth: list[bool], score: list[float], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        corner_curve(np.array(truth), np.array(score))


def test_a_rule_that_nothing_meets_is_refused() -> None:
    with pytest.raises(ValueError, match="no threshold meets the rule"):
        choose(corner_curve(TRUTH, SCORE), lambda hit, _: np.full(hit.size, -np.inf))


def test_one_patient_gives_no_spread() -> None:
    with pytest.raises(ValueError, match="in 0 of 20 resamples only"):
        estimate_optimism(
            TRUTH, SCORE, np.arange(6), lambda hit, _: np.full(hit.size, -np.inf), np.random.default_rng(0), 20
        )
