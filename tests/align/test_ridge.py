"""The ridge: its slope is the ratio of slice spacings, its inliers the share of slices that have a like one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from fiducial.align.ridge import ridge
from fiducial.align.tissue import Tissues

BODY = ndimage.gaussian_filter(np.random.default_rng(5).normal(0, 1, (400, 9, 9)), (4, 1, 1)).astype(np.float32)


def at(places: np.ndarray) -> Tissues:
    """Slices of one smooth body at some heights."""
    grid = np.meshgrid(places, np.arange(9), np.arange(9), indexing="ij")
    stack = ndimage.map_coordinates(BODY, grid, order=1).astype(np.float32)
    return Tissues(stack, stack, stack, stack)


def strangers(count: int, seed: int) -> Tissues:
    stack = np.random.default_rng(seed).normal(0, 1, (count, 9, 9)).astype(np.float32)
    return Tissues(stack, stack, stack, stack)


@settings(max_examples=20)
@given(st.floats(0.7, 1.4), st.floats(0, 60))
def test_the_slope_is_the_ratio_of_spacings(ratio: float, start: float) -> None:
    found = ridge(at(start + 2.0 * ratio * np.arange(90)), at(2.0 * np.arange(190)))
    assert found.slope == pytest.approx(ratio, abs=0.02)
    assert found.at == pytest.approx(start / 2, abs=1.5)
    assert found.inliers > 0.9


def test_slices_in_reverse_order_have_a_slope_below_zero() -> None:
    found = ridge(at(np.arange(100)[::-1] * 2.0), at(np.arange(100) * 2.0))
    assert found.slope == pytest.approx(-1, abs=0.02)
    assert found.at == pytest.approx(99, abs=1)


def test_slices_that_only_one_has_are_no_inliers() -> None:
    one, other = at(np.arange(50) * 2.0), strangers(50, 2)
    both = Tissues(*(np.concatenate([a, b]) for a, b in zip(parts(one), parts(other), strict=True)))
    found = ridge(both, at(np.arange(100) * 2.0))
    assert found.slope == pytest.approx(1, abs=0.02)
    assert found.likeness.shape == (100, 100)


def test_slices_that_look_like_others_elsewhere_are_no_inliers() -> None:
    astray = np.random.default_rng(4).permutation(40) + 120.0
    found = ridge(at(np.concatenate([np.arange(60) * 2.0, astray])), at(np.arange(160) * 2.0))
    assert found.slope == pytest.approx(1, abs=0.03)
    assert 0.55 < found.inliers < 0.75


def parts(one: Tissues) -> tuple[np.ndarray, ...]:
    return one.everything, one.bone, one.air, one.body


def test_strangers_have_no_line() -> None:
    found = ridge(strangers(60, 2), strangers(60, 3))
    assert (found.slope, found.at, found.inliers) == (0, 0, 0)


def test_a_line_needs_ten_slices() -> None:
    assert ridge(at(np.arange(9) * 2.0), at(np.arange(50) * 2.0)).inliers == 0


def test_the_same_pair_gives_the_same_line() -> None:
    pair = at(np.arange(80) * 2.0), at(np.arange(90) * 1.8)
    assert ridge(*pair).slope == ridge(*pair).slope
