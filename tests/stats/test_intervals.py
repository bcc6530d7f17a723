"""Published values and laws of the intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fiducial.stats.intervals import (
    Interval,
    difference,
    difference_paired,
    mean_clustered,
    mean_of_equals,
    ratio,
    wilson,
    wilson_clustered,
)


# Newcombe 1998, Stat Med 17:857-872, table I, method 3.
@pytest.mark.parametrize(("k", "n", "low", "high"), [(81, 263, 0.25529, 0.36621), (0, 20, 0, 0.1611)])
def test_wilson_matches_the_published_table(k: int, n: int, low: float, high: float) -> None:
    assert (wilson(k, n).low, wilson(k, n).high) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 400), st.integers(0, 400))
def test_wilson_contains_the_estimate(hits: int, misses: int) -> None:
    n = hits + misses + 1
    found = wilson(hits, n)
    assert 0 <= found.low <= hits / n <= found.high <= 1


@pytest.mark.parametrize(("k", "n"), [(1, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_impossible_counts(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="need 0 <= successes"):
        wilson(k, n)


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_one_trial_a_patient_is_plain_wilson(outcomes: list[bool]) -> None:
    success = np.array(outcomes)
    assert wilson_clustered(success, np.arange(success.size)) == wilson(int(success.sum()), success.size)


@given(st.lists(st.booleans(), min_size=2, max_size=60), st.integers(2, 5))
def test_copies_of_a_patients_image_add_no_certainty(outcomes: list[bool], copies: int) -> None:
    success = np.array(outcomes)
    patient = np.arange(success.size)
    once = wilson_clustered(success, patient)
    copied = wilson_clustered(np.repeat(success, copies), np.repeat(patient, copies))
    assert copied.low <= once.low + 1e-9
    assert copied.high >= once.high - 1e-9


# Newcombe 1998, Stat Med 17:873-890, table II, method 10: 56/70 against 48/80.
def test_the_difference_of_two_shares_matches_newcombe() -> None:
    found = difference(56 / 70, wilson(56, 70), 48 / 80, wilson(48, 80))
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.floats(0.01, 0.04))
def test_a_ratio_lies_in_its_interval(top: float, bottom: float, width: float) -> None:
    found = ratio(top, Interval(top - width, top + width), bottom, Interval(bottom - width, bottom + width))
    assert found.low <= top / bottom <= found.high


def test_a_ratio_over_nothing_has_no_upper_end() -> None:
    assert ratio(0.3, Interval(0.2, 0.4), 0.0, Interval(0.0, 0.1)).high == np.inf


PAIRS = st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 9)), min_size=1, max_size=60)


def outcomes(pairs: list[tuple[bool, bool, int]]) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]]:
    first, second, cluster = zip(*pairs, strict=True)
    return np.array(first), np.array(second), np.array(cluster)


@given(PAIRS)
def test_a_paired_difference_holds_its_estimate_and_turns_with_its_sides(pairs: list[tuple[bool, bool, int]]) -> None:
    first, second, cluster = outcomes(pairs)
    found, turned = difference_paired(first, second, cluster), difference_paired(second, first, cluster)
    assert found.low - 1e-12 <= first.mean() - second.mean() <= found.high + 1e-12
    assert (found.low, found.high) == pytest.approx((-turned.high, -turned.low))


def test_a_paired_difference_is_the_published_one() -> None:
    # Newcombe 1998, Stat Med 17:2635-2650: 36 pairs with both, 12 and 2 with one, none with neither; method 10.
    first, second = np.repeat([True, True, False], [36, 12, 2]), np.repeat([True, False, True], [36, 12, 2])
    found = difference_paired(first, second, np.arange(50))
    assert (found.low, found.high) == pytest.approx((0.0569, 0.3404), abs=5e-5)


def test_without_correlation_a_paired_difference_is_square_and_add() -> None:
    first, second = np.repeat([True, True, False, False], 25), np.tile([True, False], 50)
    apart = difference(0.5, wilson(50, 100), 0.5, wilson(50, 100))
    found = difference_paired(first, second, np.arange(100))
    assert (found.low, found.high) == pytest.approx((apart.low, apart.high))


def test_outcomes_that_never_differed_may_differ_yet() -> None:
    same = np.arange(100) % 2 == 0
    assert 0.005 < difference_paired(same, same, np.arange(100)).high < 0.03


def test_a_paired_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng, held, runs = np.random.default_rng(6), 0, 600
    for _ in range(runs):
        first = rng.random(120) < 0.9
        second = first & (rng.random(120) >= 0.1)
        twice = np.repeat([first, second], 2, axis=1)  # two equal images of every patient
        found = difference_paired(twice[0], twice[1], np.repeat(np.arange(120), 2))
        held += found.low <= 0.09 <= found.high
    assert held / runs == pytest.approx(0.95, abs=0.03)


def test_copies_of_a_patient_add_no_certainty_to_a_mean() -> None:
    values = np.linspace(0, 1, 40)
    once = mean_clustered(values, np.arange(40))
    twice = mean_clustered(np.repeat(values, 2), np.repeat(np.arange(40), 2))
    # Student 1908, Biometrika 6:1-25: t of 39 degrees of freedom times s / sqrt(n).
    assert once
    assert once.high - 0.5 == pytest.approx(2.0227 * values.std(ddof=1) / np.sqrt(40), abs=1e-5)
    assert twice
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high))


def test_one_patient_has_no_interval_of_a_mean() -> None:
    assert mean_clustered(np.array([0.1, 0.9]), np.array([1, 1])) is None


def test_equal_values_leave_room_for_the_share_of_others_that_were_not_seen() -> None:
    found = mean_of_equals(0.0, 20, low=-0.1, high=1.0)
    assert found.high == pytest.approx(wilson(0, 20).high)  # Newcombe 1998: 0.1611
    assert found.low == pytest.approx(-0.1 * wilson(0, 20).high)
