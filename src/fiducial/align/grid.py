"""A volume on a coarse grid that stands upright in patient space: averaged over blocks, then sampled linearly.

Axes are (z, y, x) with z to the head, y to the back, x to the patient's left, all ascending, as LPS has it.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from fiducial.errors import UnusableInput
from fiducial.scans.volume import Volume

Voxels = NDArray[np.float32]  # (z, y, x)
Places = NDArray[np.floating[Any]]  # along one axis, mm
Triple = tuple[float, float, float]

AIR = -1000.0
_THREADS = 2
_STRAIGHT = 0.5  # cells by which a row may leave its axis from end to end before it counts as oblique
_MOST_BLOCK = 10
_MOST_HU = 3276  # int16 holds the sum of ten such values; metal and padding may lie beyond


@dataclass(frozen=True, slots=True)
class Upright:
    """``array`` is (z, y, x) in HU, ``spacing`` and ``origin`` (of the first voxel's centre) are (z, y, x) in mm."""

    array: Voxels
    spacing: Triple
    origin: Triple

    def middle_of(self, axis: int) -> float:
        """Halfway between the first and the last voxel, in mm."""
        return float(self.origin[axis] + self.spacing[axis] * (self.array.shape[axis] - 1) / 2)

    def is_thin(self, axis: int) -> bool:
        """Whether there is a single layer along an axis: one coronal or sagittal slice."""
        return bool(self.array.shape[axis] == 1)


def upright(volume: Volume, cell: Triple) -> Upright:
    """Pool to blocks no larger than ``cell`` (z, y, x) mm, axes turned to (z, y, x), each ascending.

    A tilted gantry or an oblique reformat is sampled onto axes that are straight.

    Raises:
        UnusableInput: an affine that maps two axes of the array onto one of the patient.
    """
    array, affine = _turned(volume)
    step = np.array([affine[:3, axis] for axis in range(3)])[:, ::-1]  # rows: array axes; columns: z, y, x
    spacing = np.linalg.norm(step, axis=1)
    blocks = [
        max(1, min(int(want / have + 1e-6), length, _MOST_BLOCK))
        for want, have, length in zip(cell, spacing, array.shape, strict=True)
    ]
    pooled = _pooled(array, blocks)
    first = affine[:3, 3][::-1] + sum((size - 1) / 2 * step[axis] for axis, size in enumerate(blocks))
    step = step * np.array(blocks)[:, None]
    for axis, length in enumerate(pooled.shape):
        if length == 1:  # a single layer stands for its surroundings, however it leans
            step[:, axis] = np.where(np.arange(3) == axis, step[:, axis], 0)
    if _is_oblique(step, pooled.shape):
        return _trimmed(_straightened(pooled, step, first))
    # What leans by less than that is right in its middle.
    half = (np.array(pooled.shape) - 1) / 2
    return _trimmed(Upright(pooled, _triple(np.diag(step)), _triple(first + half @ step - half * np.diag(step))))


def sampled(scan: Upright, axes: tuple[Places, Places, Places]) -> Voxels:
    """Linear along each axis at the places given in mm (z, y, x); air beyond half a voxel outside."""
    array = scan.array
    for axis in (1, 2, 0):  # the largest reduction first
        array = _along(array, axis, (axes[axis] - scan.origin[axis]) / scan.spacing[axis])
    return array


def _turned(volume: Volume) -> tuple[NDArray[np.int16], NDArray[np.float64]]:
    """The array with its axes in the order z, y, x of the patient and ascending, and the affine that goes with it."""
    steps = volume.affine[:3, :3]
    nearest = np.abs(steps / np.linalg.norm(steps, axis=0)).argmax(axis=0)  # the patient axis of each array axis
    if sorted(nearest.tolist()) != [0, 1, 2]:
        raise UnusableInput("lies so obliquely that its axes cannot be told apart; resample it to straight axes")
    order = [int(np.flatnonzero(nearest == wanted)[0]) for wanted in (2, 1, 0)]
    array = volume.array.transpose(order)
    affine = volume.affine[:, [*order, 3]].copy()
    for axis, patient in enumerate((2, 1, 0)):
        if affine[patient, axis] < 0:
            affine[:, 3] += affine[:, axis] * (array.shape[axis] - 1)
            affine[:, axis] *= -1
            array = np.flip(array, axis)
    return array, affine


def _pooled(array: NDArray[np.int16], blocks: list[int]) -> Voxels:
    """Means over whole blocks; what is left over at the far ends is dropped."""
    shape = [length // size for length, size in zip(array.shape, blocks, strict=True)]
    pooled = np.empty(shape, dtype=np.float32)

    def layers(ends: tuple[int, int]) -> None:
        for layer in range(*ends):
            total = sum(_block_sums(array[layer * blocks[0] + one], blocks[1:], shape[1:]) for one in range(blocks[0]))
            np.divide(total, np.prod(blocks), out=pooled[layer], dtype=np.float32, casting="unsafe")

    half = shape[0] // 2
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(layers, [(0, half), (half, shape[0])]))
    return pooled


def _block_sums(plane: NDArray[np.int16], blocks: list[int], shape: list[int]) -> NDArray[np.int32]:
    """(rows, columns) summed over blocks: sums of rows fit int16, and strided additions beat a reduction."""
    (down, across), (rows, columns) = blocks, shape
    if plane.max() > _MOST_HU or plane.min() < -_MOST_HU:
        plane = plane.clip(-_MOST_HU, _MOST_HU)
    by_rows = plane[: rows * down].reshape(rows, down, -1).sum(axis=1, dtype=np.int16).astype(np.int32)
    sums: NDArray[np.int32] = by_rows[:, 0 : columns * across : across].copy()
    for one in range(1, across):
        sums += by_rows[:, one : columns * across : across]
    return sums


def _trimmed(scan: Upright) -> Upright:
    """Without the layers at either end that hold one value: a reformat is padded where its scan had ended."""
    array, origin = scan.array, list(scan.origin)
    for axis in range(3):
        others = tuple({0, 1, 2} - {axis})
        filled = np.flatnonzero(np.ptp(array, axis=others) > 0)
        if filled.size and array.shape[axis] > 1:
            origin[axis] += scan.spacing[axis] * int(filled[0])
            array = np.take(array, range(filled[0], filled[-1] + 1), axis)
    return Upright(array, scan.spacing, (origin[0], origin[1], origin[2]))


def _is_oblique(step: NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    strayed = np.abs(step - np.diag(np.diag(step))) * (np.array(shape)[:, None] - 1)
    return bool((strayed > _STRAIGHT * np.diag(step)[None, :]).any())


def _straightened(pooled: Voxels, step: NDArray[np.float64], first: NDArray[np.float64]) -> Upright:
    """Sampled onto straight axes through all of it, at the spacing that it has along them."""
    ends = np.array([[0, length - 1] for length in pooled.shape])
    corners = first + np.stack(np.meshgrid(*ends, indexing="ij"), axis=-1).reshape(-1, 3) @ step
    spacing = np.diag(step)
    low = corners.min(axis=0)
    shape = np.floor((corners.max(axis=0) - low) / spacing + 1e-6).astype(int) + 1
    # A layer has no neighbours to be sampled between.
    for axis, length in enumerate(pooled.shape):
        if length == 1:
            shape[axis], low[axis] = 1, corners[:, axis].mean()
    matrix = np.linalg.inv(step.T)
    straight = ndimage.affine_transform(
        pooled, matrix @ np.diag(spacing), matrix @ (low - first), tuple(shape), order=1, cval=AIR
    )
    return Upright(straight.astype(np.float32), _triple(spacing), _triple(low))


def _along(array: Voxels, axis: int, places: Places) -> Voxels:
    """Linear along one axis at fractional indices."""
    length = array.shape[axis]
    below = np.clip(np.floor(places).astype(int), 0, max(0, length - 2))
    share = np.clip(places - below, 0, 1).astype(np.float32)
    form = [1, 1, 1]
    form[axis] = -1
    found = np.take(array, below, axis)
    if length > 1:
        above = np.take(array, below + 1, axis)
        above -= found
        above *= share.reshape(form)
        found += above
    outside = (places < -0.5) | (places > length - 0.5)
    if outside.any():
        found[tuple(outside if one == axis else slice(None) for one in range(3))] = AIR
    sampled_along: Voxels = found
    return sampled_along


def _triple(values: NDArray[np.float64]) -> Triple:
    z, y, x = (float(value) for value in values)
    return z, y, x
