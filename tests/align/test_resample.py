"""Verified pairs lie on one grid: the fixed scan's own voxels, and the moving one where patient space puts it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align.small import COUCH, PLAIN, fixed, moving, placed
from fiducial.align.resample import image_of, on_one_grid
from fiducial.scans.volume import Volume

SHIFT = (8.0, -5.0, COUCH)


def test_both_have_the_fixed_scans_grid_where_both_have_data() -> None:
    moved, still = on_one_grid(moving(), fixed(), SHIFT)
    assert np.array_equal(moved.affine, still.affine)
    assert moved.array.shape == still.array.shape == (110, 62, 80)
    assert moved.array.dtype == still.array.dtype == np.int16
    assert np.array_equal(still.array, fixed().array[:110])


def bones_alike(shift: tuple[float, float, float]) -> float:
    one, other = (volume.array.clip(200, 900).ravel() for volume in on_one_grid(moving(), fixed(PLAIN), shift))
    return float(np.corrcoef(one, other)[0, 1])


def test_the_bones_lie_on_each_other() -> None:
    assert bones_alike((0, 0, COUCH)) > 0.95
    assert bones_alike((0, 0, COUCH + 9)) < 0.8
    assert bones_alike((9, 0, COUCH)) < 0.8


@settings(max_examples=15)
@given(st.tuples(*[st.integers(-3, 3)] * 3))
def test_a_shift_by_whole_voxels_moves_voxels(by: tuple[int, int, int]) -> None:
    z, y, x = by
    shift = (6.0 * x, 6.0 * y, 3.0 * z)
    moved, still = on_one_grid(moving(), moving(), shift)
    inner = slice(5, -5), slice(5, -5), slice(5, -5)
    whole = np.roll(moving().array, (z, y, x), (0, 1, 2))
    first = round((still.affine[2, 3] - moving().affine[2, 3]) / 3)
    assert np.array_equal(moved.array[inner], whole[first : first + len(moved.array)][inner])


def test_a_scan_that_descends_is_cut_as_well() -> None:
    array, affine = fixed().array[::-1], fixed().affine.copy()
    affine[:, 3] += affine[:, 0] * (len(array) - 1)
    affine[:, 0] *= -1
    moved, still = on_one_grid(moving(), Volume(array, affine), SHIFT)
    assert np.array_equal(still.array, array[20:])
    assert np.array_equal(moved.array[::-1], on_one_grid(moving(), fixed(), SHIFT)[0].array)


def test_another_library_sees_the_same_place() -> None:
    image = image_of(placed(moving(), by=(1, 2, 3)))
    x, y, z = image.TransformIndexToPhysicalPoint((10, 20, 30))
    assert (x, y, z) == pytest.approx(tuple((placed(moving(), by=(1, 2, 3)).affine @ [30, 20, 10, 1])[:3]))
    assert image[10, 20, 30] == moving().array[30, 20, 10]
