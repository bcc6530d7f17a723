"""Whatever way an array lies in the file, the upright grid holds the same body at the same place."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from align.small import placed
from fiducial.align.grid import AIR, Upright, sampled, upright
from fiducial.errors import UnusableInput
from fiducial.scans.volume import Affine, Volume

SLOPES = np.array([0.3, -0.5, 1.1])  # HU per mm along x, y, z


def straight(spacing: tuple[float, float, float] = (2.0, 1.0, 1.0)) -> Affine:
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2], affine[3, 3] = *spacing, 1
    affine[:3, 3] = -20, 30, -400
    return affine


def noise(shape: tuple[int, int, int] = (8, 9, 10)) -> Volume:
    return Volume(np.random.default_rng(3).integers(-1000, 1500, shape).astype(np.int16), straight())


def slope(affine: Affine, shape: tuple[int, int, int]) -> Volume:
    """HU that grow evenly through patient space, wherever the grid lies."""
    index = np.stack([*np.indices(shape), np.ones(shape)])
    places = np.tensordot(affine, index, axes=1)[:3]
    return Volume(np.rint(np.tensordot(SLOPES, places, axes=1) * 5).astype(np.int16), affine)


def expected(grid: Upright) -> NDArray[np.float64]:
    z, y, x = (grid.origin[axis] + grid.spacing[axis] * np.arange(grid.array.shape[axis]) for axis in range(3))
    hounsfield: NDArray[np.float64] = 5 * (SLOPES[2] * z[:, None, None] + SLOPES[1] * y[:, None] + SLOPES[0] * x)
    return hounsfield


def turned(volume: Volume, order: tuple[int, ...], flips: tuple[bool, ...]) -> Volume:
    """The same body in a file whose axes are permuted and reversed."""
    array, affine = volume.array.transpose(order), volume.affine[:, [*order, 3]].copy()
    for axis, flip in enumerate(flips):
        if flip:
            affine[:, 3] += affine[:, axis] * (array.shape[axis] - 1)
            affine[:, axis] *= -1
            array = np.flip(array, axis)
    return Volume(array, affine)


@given(st.sampled_from(list(permutations(range(3)))), st.tuples(*[st.booleans()] * 3))
def test_the_order_of_the_axes_changes_nothing(order: tuple[int, ...], flips: tuple[bool, ...]) -> None:
    one, other = (upright(volume, (4, 2, 3)) for volume in (noise(), turned(noise(), order, flips)))
    assert np.array_equal(one.array, other.array)
    assert one.spacing == pytest.approx(other.spacing)
    assert one.origin == pytest.approx(other.origin)


@given(st.tuples(*[st.floats(-900, 900)] * 3))
def test_the_origin_moves_with_the_affine(by: tuple[float, float, float]) -> None:
    one, other = upright(noise(), (4, 2, 3)), upright(placed(noise(), by=by), (4, 2, 3))
    assert np.array_equal(one.array, other.array)
    assert np.subtract(other.origin, one.origin) == pytest.approx(by[::-1], abs=1e-6)


def test_a_block_is_the_mean_of_its_voxels_and_lies_in_their_middle() -> None:
    volume = noise()
    grid = upright(volume, (4.5, 2, 3))
    assert grid.array.shape == (4, 4, 3)  # one row and one column are left over
    assert grid.array[1, 2, 1] == pytest.approx(volume.array[2:4, 4:6, 3:6].mean(), abs=1e-2)
    assert grid.spacing == (4, 2, 3)
    assert grid.origin == pytest.approx((-400 + 1, 30 + 0.5, -20 + 1))


@pytest.mark.parametrize("value", [-32768, 32767])
def test_values_beyond_twelve_bits_do_not_wrap_around(value: int) -> None:
    volume = noise((2, 20, 20))
    volume.array[1, :10] = value
    grid = upright(volume, (2, 10, 10))
    assert (grid.array[1, 0] * np.sign(value) > 3000).all()


def test_a_grid_is_never_finer_than_its_scan() -> None:
    assert upright(noise(), (0.5, 0.5, 0.5)).array.shape == (8, 9, 10)


@settings(max_examples=30)
@given(st.tuples(*[st.floats(-12, 12)] * 3), st.floats(-0.3, 0.3))
def test_a_tilted_or_oblique_scan_is_brought_onto_straight_axes(
    angles: tuple[float, float, float], tilt: float
) -> None:
    affine = straight((2, 2, 2))
    affine[:3, :3] = Rotation.from_euler("xyz", angles, degrees=True).as_matrix() @ affine[:3, :3]
    affine[:3, 0] += tilt * affine[:3, 1]  # a tilted gantry
    volume = slope(affine, (24, 24, 24))
    grid = upright(volume, (4, 4, 4))
    middle = tuple(slice(length // 2 - 1, length // 2 + 1) for length in grid.array.shape)
    assert grid.array[middle] == pytest.approx(expected(grid)[middle], abs=2)


def test_a_slight_turn_is_left_alone() -> None:
    affine = straight()
    affine[:3, 0] += 0.01 * affine[:3, 1]
    assert upright(Volume(noise().array, affine), (2, 1, 1)).array.shape == (8, 9, 10)


def test_what_leans_slightly_is_right_in_its_middle() -> None:
    affine = straight((2, 2, 2))
    affine[:3, 0] += [0, 0.08, 0]
    grid = upright(slope(affine, (25, 25, 25)), (2, 2, 2))
    assert grid.array[12, 12, 12] == pytest.approx(expected(grid)[12, 12, 12], abs=0.6)


def test_axes_that_cannot_be_told_apart_are_refused() -> None:
    affine = straight()
    affine[:3, 1] = affine[:3, 2] + [0, 0.1, 0]
    with pytest.raises(UnusableInput, match="resample it to straight axes"):
        upright(Volume(noise().array, affine), (2, 1, 1))


def test_layers_that_only_fill_up_are_cut_off() -> None:
    volume = noise()
    volume.array[:, :, -3:], volume.array[:2] = -1000, -1000
    grid = upright(volume, (2, 1, 1))
    assert grid.array.shape == (6, 9, 7)
    assert grid.origin == pytest.approx((-400 + 4, 30, -20))


def test_a_single_layer_is_straight_however_it_leans() -> None:
    affine = straight((2, 1, 1))
    affine[:3, 1] = [0.3, 5, 0.3]
    grid = upright(Volume(noise((8, 1, 10)).array, affine), (2, 1, 1))
    assert grid.array.shape == (8, 1, 10)
    assert grid.is_thin(1)


def test_sampling_is_linear_and_air_outside() -> None:
    grid = upright(slope(straight((2, 1, 1)), (8, 9, 10)), (2, 1, 1))
    at = np.array([-400.3, -397.0, -390.5]), np.array([31.2, 33.9]), np.array([-30.0, -19.5, -12.25])
    found = sampled(grid, at)
    assert (found[:, :, 0] == AIR).all()
    truth = 5 * (SLOPES[2] * at[0][1:, None, None] + SLOPES[1] * at[1][:, None] + SLOPES[0] * at[2][1:])
    assert found[1:, :, 1:] == pytest.approx(truth, abs=1)


def test_the_middle_is_halfway_between_the_ends() -> None:
    grid = upright(noise(), (2, 1, 1))
    assert [grid.middle_of(axis) for axis in range(3)] == pytest.approx([-393, 34, -15.5])
    assert replace(grid, origin=(0, 0, 0)).middle_of(0) == 7
