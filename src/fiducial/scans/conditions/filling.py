"""Filling a hole with what lies around it, grain included, so that the patch itself tells nothing."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fiducial.scans.physical import Values

Plane = npt.NDArray[np.float32]  # (rows, columns)
Hole = npt.NDArray[np.bool_]  # (rows, columns)

_RELAXED = 4  # passes at every scale: the seams between the scales are gone
_AROUND = 9  # pixels: how far from the hole its surroundings reach
_NOTHING, _WHOLE = np.float32(1e-6), np.float32(1)
_SPREAD = 1.4826  # standard deviation over median absolute deviation, of a normal distribution


def filled(values: Values, holes: npt.NDArray[np.bool_], seed: int) -> Values:
    """Fill holes, (slices, rows, columns) or one (rows, columns) for every slice; a slice that is all hole stays.

    From coarse to fine every hole takes the mean of what is known around it, then the grain of its surroundings.
    Source of the idea: Gortler et al. 1996, The Lumigraph (push and pull), doi:10.1145/237170.237200.
    """
    rng = np.random.default_rng(seed)
    planes = np.broadcast_to(holes, values.shape)
    return np.stack([_mended(plane, hole, rng) for plane, hole in zip(values, planes, strict=True)])


def grain_in(plane: Plane, region: Hole) -> np.float32:
    """The noise of one pixel in a region: the robust spread of what a 3 x 3 mean leaves over."""
    left_over = np.abs(plane - ndimage.uniform_filter(plane, 3))[region]
    return np.float32(_SPREAD * np.median(left_over) if left_over.size else 0)


def _mended(plane: Plane, hole: Hole, rng: np.random.Generator) -> Plane:
    if hole.all() or not hole.any():
        return plane
    smooth = _smooth(plane, (~hole).astype(np.float32))
    near = ndimage.uniform_filter(hole.astype(np.float32), 2 * _AROUND + 1) > 0
    grain = grain_in(plane, near & ~hole) * rng.standard_normal(plane.shape, dtype=np.float32)
    mended: Plane = np.where(hole, smooth + grain, plane)
    return mended


def _smooth(plane: Plane, known: Plane) -> Plane:
    if known.min() > 0:
        return plane
    guess = _enlarged(_smooth(*_halved(plane, known)), plane.shape)
    for _ in range(_RELAXED):
        guess = ndimage.uniform_filter(np.where(known > 0, plane, guess), 3, mode="nearest")
    merged: Plane = np.where(known > 0, plane, guess)
    return merged


def _halved(plane: Plane, known: Plane) -> tuple[Plane, Plane]:
    """Means over 2 x 2 pixels of what is known, and how much that is."""
    weight = _block_sums(known)
    means = _block_sums(plane * known) / np.maximum(weight, _NOTHING)
    return means.astype(np.float32), np.minimum(weight, _WHOLE)


def _block_sums(plane: Plane) -> Plane:
    rows, columns = plane.shape
    even = np.pad(plane, ((0, rows % 2), (0, columns % 2)))
    sums: Plane = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
    return sums


def _enlarged(plane: Plane, shape: tuple[int, ...]) -> Plane:
    large: Plane = plane.repeat(2, axis=0).repeat(2, axis=1)
    return large[: shape[0], : shape[1]]
