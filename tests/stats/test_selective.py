"""Risk against coverage: cases by hand, the mean over ties, and what no ranking can beat."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fiducial.stats.selective import least_aurc, risk_coverage, weighted_aurc

ROWS = st.lists(st.tuples(st.booleans(), st.sampled_from([0.5, 0.6, 0.7, 0.8, 0.9])), min_size=1, max_size=6)


def split(rows: list[tuple[bool, float]]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    return np.array([wrong for wrong, _ in rows]), np.array([sure for _, sure in rows])


def area(wrong: NDArray[np.bool_], sure: NDArray[np.float64]) -> float:
    return weighted_aurc(wrong, sure)(np.ones(wrong.size, dtype=np.int64))


def in_order(wrong: NDArray[np.bool_]) -> float:
    return float((np.cumsum(wrong) / np.arange(1, wrong.size + 1)).mean())


def test_the_area_is_the_mean_of_the_risks_as_published() -> None:
    wrong, sure = np.array([False, True, False, True]), np.array([0.9, 0.8, 0.7, 0.6])
    assert area(wrong, sure) == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)


@given(ROWS)
def test_equal_confidence_counts_as_the_mean_of_all_orders(rows: list[tuple[bool, float]]) -> None:
    wrong, sure = split(rows)
    orders = [np.array(order) for order in permutations(range(wrong.size))]
    allowed = [in_order(wrong[order]) for order in orders if (np.diff(sure[order]) <= 0).all()]
    assert area(wrong, sure) == pytest.approx(np.mean(allowed))


@given(ROWS)
def test_no_confidence_beats_the_least_area(rows: list[tuple[bool, float]]) -> None:
    wrong, sure = split(rows)
    assert area(wrong, sure) >= least_aurc(wrong) - 1e-12
    assert area(wrong, 1 - wrong.astype(np.float64)) == pytest.approx(least_aurc(wrong))


@given(ROWS, st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_a_weight_is_a_row_that_stands_there_as_often(rows: list[tuple[bool, float]], times: list[int]) -> None:
    wrong, sure = split(rows)
    weight = np.array(times[: wrong.size])
    weight[0] += 1
    assert weighted_aurc(wrong, sure)(weight) == pytest.approx(area(np.repeat(wrong, weight), np.repeat(sure, weight)))


@given(ROWS)
def test_the_curve_ends_at_all_rows_and_their_share_of_errors(rows: list[tuple[bool, float]]) -> None:
    wrong, sure = split(rows)
    curve = risk_coverage(wrong, sure)
    assert (curve.coverage[-1], curve.risk[-1]) == pytest.approx((1.0, wrong.mean()))
    assert (np.diff(curve.coverage) > 0).all()
    assert (np.diff(curve.least) < 0).all()
