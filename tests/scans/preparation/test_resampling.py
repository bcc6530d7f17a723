"""Values on another grid, worked out by hand; what is even stays even."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiducial.scans.preparation.resampling import Method, resampled

RISING = np.array([[0, 2, 4, 6]], np.float32)


# Area: means of two. Linear: a triangle of two pixels' reach, 0.75, 0.75, 0.25 over 1.75, at either end.
@pytest.mark.parametrize(("method", "halved"), [("area", [1, 5]), ("linear", [2.5 / 1.75, 6 - 2.5 / 1.75])])
def test_half_the_columns_are_what_a_hand_makes_of_them(method: Method, halved: list[float]) -> None:
    assert resampled(RISING, (1, 2), method)[0].tolist() == pytest.approx(halved)


# Linear: a quarter and three quarters of the nearest two. Area: the nearest.
@pytest.mark.parametrize(
    ("method", "doubled"), [("area", [0, 0, 2, 2, 4, 4, 6, 6]), ("linear", [0, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6])]
)
def test_twice_the_columns_are_what_a_hand_makes_of_them(method: Method, doubled: list[float]) -> None:
    assert resampled(RISING, (1, 8), method)[0].tolist() == pytest.approx(doubled)


# Centres of 4 and 6 lie from 1.6 to 3.6.
def test_a_cut_need_not_begin_at_a_pixel() -> None:
    assert resampled(RISING, (1, 1), "area", (0, 1.6, 1, 3.6))[0].tolist() == pytest.approx([5])


@settings(max_examples=25)
@given(shape=st.tuples(st.integers(1, 40), st.integers(1, 40)), method=st.sampled_from(["lanczos", "area", "linear"]))
def test_an_even_plane_stays_even(shape: tuple[int, int], method: Method) -> None:
    assert resampled(np.full((9, 7), -1000, np.float32), shape, method) == pytest.approx(-1000)


def test_fine_stripes_average_out() -> None:
    stripes = np.tile(np.array([0, 1], np.float32), (8, 128))
    assert resampled(stripes, (8, 32), "lanczos") == pytest.approx(0.5, abs=0.05)
