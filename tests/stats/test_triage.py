"""The worklist: by hand, against queueing theory, and what no order of reading can change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.stats.triage import (
    Worklist,
    draw_worklist,
    empirical,
    expected_waits,
    exponential,
    load_of,
    lognormal,
    waits_called_first,
    waits_first_come,
)


def by_hand(readers: int = 1) -> Worklist:
    return Worklist(np.array([0.0, 1.0, 2.0, 3.0]), np.array([4.0, 4.0, 4.0, 4.0]), readers)


def test_one_reader_takes_them_as_they_come() -> None:
    assert waits_first_come(by_hand()).tolist() == [0, 3, 6, 9]


def test_a_called_study_overtakes_those_that_wait_and_interrupts_nobody() -> None:
    called = np.array([False, False, False, True])
    assert waits_called_first(by_hand(), called).tolist() == [0, 7, 10, 1]


def test_two_readers_share_the_line() -> None:
    assert waits_first_come(by_hand(2)).tolist() == [0, 0, 2, 2]
    assert waits_called_first(by_hand(2), np.array([False, False, False, True])).tolist() == [0, 0, 3, 1]


def test_an_idle_reader_starts_at_once() -> None:
    spread = Worklist(np.array([0.0, 10.0, 20.0]), np.ones(3), 1)
    assert waits_called_first(spread, np.zeros(3, dtype=bool)).tolist() == [0, 0, 0]


@given(seed=st.integers(0, 2**16), readers=st.integers(1, 4), all_or_none=st.booleans())
def test_calling_all_or_nobody_is_first_come(seed: int, readers: int, *, all_or_none: bool) -> None:
    worklist = draw_worklist(np.random.default_rng(seed), 50, 0.9 * readers, exponential(1.0), readers)
    waits = waits_called_first(worklist, np.full(50, all_or_none))
    np.testing.assert_allclose(waits, waits_first_come(worklist), atol=1e-9)


@given(seed=st.integers(0, 2**16))
def test_with_equal_readings_one_only_waits_what_another_gains(seed: int) -> None:
    rng = np.random.default_rng(seed)
    worklist = Worklist(np.cumsum(rng.exponential(1.1, 60)), np.ones(60), 1)
    first_come, called_first = waits_first_come(worklist), waits_called_first(worklist, rng.random(60) < 0.3)
    assert called_first.sum() == pytest.approx(first_come.sum())
    assert (called_first >= 0).all()


# The proof simulates ten times as many and asks for 1%.
@pytest.mark.parametrize(("load", "readers"), [(0.5, 1), (0.7, 3)])
def test_the_simulation_waits_as_queueing_theory_says(load: float, readers: int) -> None:
    rng = np.random.default_rng(0)
    rate = load * readers
    worklist = draw_worklist(rng, 200_000, rate, exponential(1.0), readers)
    called = rng.random(200_000) < 0.3
    waits = waits_called_first(worklist, called)
    expected = expected_waits((0.3 * rate, 0.7 * rate), 1.0, readers)
    assert (waits[called].mean(), waits[~called].mean()) == pytest.approx(expected, rel=0.03)


def test_the_textbooks_single_queue() -> None:
    # M/M/1 at load 0.8 with a mean of 1: 4. M/D/1: half of that. M/M/2 at load 0.75: 9/7 of a mean (Gross and Harris).
    assert expected_waits((0.8,), 1.0) == pytest.approx((4.0,))
    assert expected_waits((0.8,), 1.0, second_moment=1.0) == pytest.approx((2.0,))
    assert expected_waits((1.5,), 1.0, 2) == pytest.approx((9 / 7,))


def test_who_waits_more_pays_for_who_waits_less() -> None:
    ahead, behind = expected_waits((0.2, 0.6), 1.0)
    assert 0.2 * ahead + 0.6 * behind == pytest.approx(0.8 * 4.0)
    assert ahead < 4 < behind


@pytest.mark.parametrize("draw", [exponential(3.0), lognormal(3.0, 2.0), empirical(np.array([1.0, 5.0]))])
def test_reading_times_have_the_mean_that_was_asked_for(draw: object) -> None:
    times = draw(np.random.default_rng(0), 100_000)  # type: ignore[operator]  # one of three draws
    assert times.mean() == pytest.approx(3.0, rel=0.02)
    assert times.min() > 0


def test_a_lognormal_law_has_the_deviation_that_was_asked_for() -> None:
    assert lognormal(3.0, 2.0)(np.random.default_rng(0), 200_000).std() == pytest.approx(2.0, rel=0.03)


@pytest.mark.parametrize(
    ("rate", "mean", "readers", "told"),
    [(1.0, 1.0, 1, "faster than they are read: the load is 1.00"), (0.0, 1.0, 1, "above 0"), (1.0, 1.0, 0, "above 0")],
)
def test_a_line_that_grows_without_end_is_refused(rate: float, mean: float, readers: int, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        load_of(rate, mean, readers)


def test_no_closed_form_is_made_up_for_several_readers_of_other_laws() -> None:
    with pytest.raises(ValueError, match="exponential reading times only"):
        expected_waits((0.5,), 1.0, 2, second_moment=1.0)


def test_a_department_of_many_readers_has_a_closed_form_too() -> None:
    (wait,) = expected_waits((190 / 6,), 6.0, 200)  # 95% of the time of 200 readers
    assert 0 < wait < 6
    (half,) = expected_waits((100 / 6,), 6.0, 200)
    assert half == pytest.approx(0.0, abs=1e-9)


def test_erlangs_c_is_that_of_its_sum_where_readers_are_few() -> None:
    (wait,) = expected_waits((2.4,), 1.0, 3)
    full = 2.4**3 / 6 / (1 - 0.8)
    share = full / (1 + 2.4 + 2.4**2 / 2 + full)
    assert wait == pytest.approx(share / (3 * 0.2))
