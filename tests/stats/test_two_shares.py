"""Two shares: the test says what the interval says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.stats.intervals import difference, wilson
from fiducial.stats.two_shares import TwoShares, two_shares


def shares(first: int, of_first: int, second: int, of_second: int) -> TwoShares:
    return TwoShares(
        first / of_first, second / of_second, (of_first, of_second), (of_first, of_second), (first, second)
    )


def test_the_interval_is_newcombes() -> None:
    # Newcombe 1998, Stat Med 17:873-890, table II, method 10: 56/70 - 48/80 is 0.0524 to 0.3339.
    found = shares(56, 70, 48, 80).interval()
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@given(st.integers(0, 30), st.integers(0, 40))
def test_p_is_below_the_doubt_exactly_where_the_interval_lies_above_the_floor(first: int, second: int) -> None:
    found = shares(first, 30, second, 40)
    assert (found.p_beyond(0.1) < 0.05) == (found.interval(0.95).low > 0.1)


def test_whoever_is_below_the_floor_is_not_beyond_it() -> None:
    assert shares(5, 50, 4, 50).p_beyond(0.1) == 1.0


@given(st.integers(0, 30), st.integers(0, 40))
def test_both_sides_give_the_same_p(first: int, second: int) -> None:
    assert shares(first, 30, second, 40).p() == pytest.approx(shares(second, 40, first, 30).p())


def test_all_against_none_is_sure() -> None:
    assert shares(100_000, 100_000, 0, 100_000).p_beyond() < 1e-14


def test_rows_count_as_they_are_worth_by_patient() -> None:
    success, inside = np.repeat([True, False], 20), np.tile([True, False], 20)
    alone = two_shares(success, inside, np.arange(40))
    by_patient = two_shares(success, inside, np.arange(40) // 4)
    assert by_patient.effective[0] < alone.effective[0]
    assert (alone.successes, alone.trials) == ((10, 10), (20, 20))


def test_one_trial_a_patient_is_wilson() -> None:
    success = np.repeat([True, False], [12, 8])
    found = two_shares(success, np.arange(20) < 10, np.arange(20))
    assert found.effective[0] == 10
    assert found.effective[1] == pytest.approx(9, abs=1)
    assert found.interval().high == pytest.approx(difference(1, wilson(10, 10), 0.2, wilson(2, 10)).high, abs=0.01)


def test_one_side_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="both sides"):
        two_shares(np.ones(3, dtype=bool), np.ones(3, dtype=bool), np.arange(3))
