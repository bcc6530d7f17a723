"""Standardised differences: the published formulas, and intervals that know patients from images."""

from collections.abc import Callable
from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fiducial.stats.balance import (
    Standardised,
    difference_of_categories,
    difference_of_numbers,
    difference_of_shares,
)

MEASURES = (difference_of_numbers, difference_of_shares, difference_of_categories)


def halves(n: int) -> NDArray[np.bool_]:
    return np.arange(2 * n) < n


def width(found: Standardised) -> float:
    assert found.interval is not None
    return found.interval.high - found.interval.low


# Austin 2009, doi:10.1002/sim.3697, the formula for dichotomous variables, by hand.
def test_shares_follow_austin() -> None:
    bears = np.repeat([True, False, True, False], [50, 50, 30, 70])
    found = difference_of_shares(bears, halves(100), np.arange(200))
    assert found.value == pytest.approx(0.2 / sqrt((0.5 * 0.5 + 0.3 * 0.7) / 2))


def test_numbers_follow_austin() -> None:
    values = np.array([1.0, 2, 3, 4, 6, 8])
    found = difference_of_numbers(values, halves(3), np.arange(6))
    assert found.value == pytest.approx((2 - 6) / sqrt((1 + 4) / 2))


# Bonett 2008, doi:10.1037/1082-989X.13.2.99, equation 6: the variance for unequal spreads.
def test_the_interval_of_independent_rows_is_bonetts() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.normal(1, 1, 3000), rng.normal(0, 2, 5000)
    found = difference_of_numbers(np.concatenate([first, second]), np.arange(8000) < 3000, np.arange(8000))
    v1, v2, s2 = first.var(ddof=1), second.var(ddof=1), (first.var(ddof=1) + second.var(ddof=1)) / 2
    bend = found.value**2 / (8 * s2**2) * (v1**2 / 2999 + v2**2 / 4999)
    assert width(found) / (2 * 1.961) == pytest.approx(sqrt(bend + (v1 / 2999 + v2 / 4999) / s2), rel=0.03)


# Yang and Dalton 2012: with two categories the multivariate form is the absolute value of the form for shares.
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_two_categories_are_a_share(a: int, b: int, c: int, d: int) -> None:
    bears, first = np.repeat([1, 0, 1, 0], [a, b, c, d]), np.arange(a + b + c + d) < a + b
    patient = np.arange(bears.size)
    expected = difference_of_shares(bears == 1, first, patient).size
    assert difference_of_categories(bears, first, patient).value == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("measure", MEASURES)
def test_copies_of_a_patients_rows_add_no_certainty(measure: Callable[..., Standardised]) -> None:
    values = np.random.default_rng(0).integers(0, 2, 80)
    once = measure(values, halves(40), np.arange(80))
    copied = measure(np.repeat(values, 5), np.repeat(halves(40), 5), np.repeat(np.arange(80), 5))
    assert width(copied) == pytest.approx(width(once), rel=0.05)


@given(st.lists(st.floats(-100, 100), min_size=4, max_size=30))
def test_swapping_the_groups_turns_the_sign(values: list[float]) -> None:
    numbers, first = np.array(values), np.arange(len(values)) < 2
    there = difference_of_numbers(numbers, first, np.arange(numbers.size))
    back = difference_of_numbers(numbers, ~first, np.arange(numbers.size))
    assert there.value == pytest.approx(-back.value, nan_ok=False) or abs(there.value) == inf == abs(back.value)


@pytest.mark.parametrize("measure", MEASURES)
def test_of_two_groups_that_are_alike_the_interval_holds_zero_as_often_as_it_says(
    measure: Callable[..., Standardised],
) -> None:
    rng = np.random.default_rng(3)
    found = []
    for _ in range(400):
        patient = rng.integers(0, 80, 200)
        trait = rng.integers(0, 4, 80)[patient]
        values = trait.astype(float) if measure is difference_of_numbers else trait > 1
        given_ = trait if measure is difference_of_categories else values
        found.append(measure(given_, patient < 30, patient).beyond_chance)
    assert np.mean(found) < 0.08


def test_groups_that_share_nothing_are_infinitely_apart() -> None:
    first = halves(3)
    for found in (
        difference_of_shares(first, first, np.arange(6)),
        difference_of_categories(np.array([0, 1, 0, 2, 3, 2]), first, np.arange(6)),
    ):
        assert (found.value, found.interval, found.beyond_chance) == (inf, None, True)


def test_three_patients_without_the_finding_prove_nothing() -> None:
    bears = np.array([False] * 3 + [True, False] * 20)
    assert not difference_of_shares(bears, np.arange(43) < 3, np.arange(43)).beyond_chance


def test_one_patient_has_no_interval() -> None:
    assert difference_of_numbers(np.array([1.0, 2, 5, 6]), halves(2), np.array([0, 0, 1, 2])).interval is None


@pytest.mark.parametrize("measure", MEASURES)
def test_an_empty_group_is_refused(measure: Callable[..., Standardised]) -> None:
    with pytest.raises(ValueError, match="one of them is empty"):
        measure(np.zeros(3, dtype=int), np.zeros(3, dtype=bool), np.arange(3))
