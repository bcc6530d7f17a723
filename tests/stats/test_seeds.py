"""Two models over seeds: laws of the difference, and how often its interval covers the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.stats.seeds import area_over_seeds, auroc_over_seeds, compare_calls_over_seeds, compare_over_seeds


def scores(rng: np.random.Generator, truth: np.ndarray, seeds: int, gain: float) -> np.ndarray:
    return np.stack([truth * (gain + rng.normal(0, 0.2)) + rng.normal(size=truth.size) for _ in range(seeds)])


def sample(seed: int, n: int = 80, seeds: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 2 == 1
    return truth, scores(rng, truth, seeds, 1.0), scores(rng, truth, seeds, 1.0), np.arange(n)


@given(st.integers(0, 1000))
def test_a_model_against_itself_differs_by_exactly_nothing(seed: int) -> None:
    truth, one, _, patient = sample(seed, n=20)
    found = compare_over_seeds(truth, one, one, patient, np.random.default_rng(0), resamples=100)
    assert (found.difference, found.interval.low, found.interval.high, found.p) == (0, 0, 0, 1)


def test_changing_sides_changes_the_sign_alone() -> None:
    truth, one, other, patient = sample(1)
    there = compare_over_seeds(truth, one, other, patient, np.random.default_rng(0), resamples=200)
    back = compare_over_seeds(truth, other, one, patient, np.random.default_rng(0), resamples=200)
    assert back.difference == -there.difference
    assert back.interval.low == pytest.approx(-there.interval.high)


def test_the_spread_over_seeds_widens_the_interval() -> None:
    truth, one, other, patient = sample(2)
    steady = compare_over_seeds(truth, one[[0, 0, 0]], other[[0, 0, 0]], patient, np.random.default_rng(0))
    apart = np.stack([one[0] - 0.5 * truth, one[0], one[0] + 0.5 * truth])
    varied = compare_over_seeds(truth, apart, other[[0, 0, 0]], patient, np.random.default_rng(0))
    assert varied.interval.high - varied.interval.low > 1.2 * (steady.interval.high - steady.interval.low)


def test_one_seed_has_no_known_spread() -> None:
    truth, one, other, patient = sample(3, seeds=1)
    assert compare_over_seeds(truth, one, other, patient, np.random.default_rng(0)).spread is None


def test_the_interval_covers_no_difference_about_as_often_as_it_says() -> None:
    held = 0
    for seed in range(150):
        truth, one, other, patient = sample(seed)
        found = compare_over_seeds(truth, one, other, patient, np.random.default_rng(0), resamples=100)
        held += found.interval.low <= 0 <= found.interval.high
    assert held >= 0.92 * 150


def test_a_class_of_one_patient_is_refused() -> None:
    truth = np.array([True, False, False, False, False])
    with pytest.raises(ValueError, match="a class is absent"):
        compare_over_seeds(truth, np.ones((1, 5)), np.ones((1, 5)), np.arange(5), np.random.default_rng(0))


def test_two_seeds_far_apart_leave_no_limit_beyond_what_areas_can_differ_by() -> None:
    truth, one, _, patient = sample(4, seeds=2)
    found = compare_over_seeds(truth, np.stack([one[0], -one[0]]), one, patient, np.random.default_rng(0))
    assert (found.interval.low, found.interval.high) == (-1, 1)


def test_a_difference_of_calls_is_that_of_the_shares_they_make() -> None:
    rng = np.random.default_rng(5)
    one, other = rng.random((3, 80)) < 0.7, rng.random((3, 80)) < 0.5
    found = compare_calls_over_seeds(one, other, np.arange(80), rng, resamples=200)
    assert found.difference == pytest.approx(one.mean() - other.mean())
    assert found.by_seed == pytest.approx(tuple(one.mean(axis=1) - other.mean(axis=1)))
    assert found.interval.low < found.difference < found.interval.high


def test_the_interval_of_calls_covers_about_as_often_as_it_says() -> None:
    held = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        one, other = (rng.random((3, 60)) < 0.7 for _ in range(2))
        found = compare_calls_over_seeds(one, other, np.arange(60) // 2, rng, resamples=100)
        held += found.interval.low <= 0 <= found.interval.high
    assert held >= 0.92 * 150


def test_calls_of_nobody_else_differ_by_exactly_nothing() -> None:
    calls = np.ones((2, 10), dtype=bool)
    found = compare_calls_over_seeds(calls, calls, np.arange(10), np.random.default_rng(0), resamples=100)
    assert (found.difference, found.interval.low, found.interval.high) == (0, 0, 0)


def test_the_area_of_a_model_has_the_width_of_its_difference_from_a_coin() -> None:
    truth, one, _, patient = sample(4)
    area, interval = area_over_seeds(truth, one, patient, np.random.default_rng(0), resamples=200)
    assert area == pytest.approx(np.mean(auroc_over_seeds(truth, one)))
    assert interval.low < area < interval.high


def test_an_interval_of_an_area_ends_at_one() -> None:
    truth = np.arange(40) % 2 == 1
    near = np.stack([truth + 0.0, np.where(np.arange(40) < 3, ~truth, truth) + 0.0])
    _, interval = area_over_seeds(truth, near, np.arange(40), np.random.default_rng(0), resamples=100)
    assert interval.high == 1
