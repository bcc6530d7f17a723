"""Published values and laws of the intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.stats.intervals import Interval, difference, ratio, wilson, wilson_clustered


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
