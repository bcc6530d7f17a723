"""Two volumes brought onto one grid: centred in the plane where their bodies are whole, along z each as it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.align.grid import Places, Triple, Upright, sampled, upright
from fiducial.align.tissue import Tissues, body_mask, centroid, tissues
from fiducial.errors import UnusableInput
from fiducial.scans.volume import Volume

_NARROWEST = 40.0  # mm of shared field
_SHORTEST = 20.0  # mm along z


@dataclass(frozen=True, slots=True)
class Gridded:
    """One scan on the common grid: ``z`` of its slices in its own patient space; HU and tissues are (z, y, x)."""

    z: Places
    array: NDArray[np.float32]
    tissues: Tissues


@dataclass(frozen=True, slots=True)
class Overlay:
    """``y`` and ``x`` are mm from the middle of either scan; ``offset`` (y, x) takes the moving's to the fixed's."""

    moving: Gridded
    fixed: Gridded
    y: Places
    x: Places
    offset: tuple[float, float]
    fixed_middle: tuple[float, float]  # (y, x) of the fixed that is 0 on the grid
    cell: Triple
    is_thin: bool  # a scan is a single coronal or sagittal layer
    is_cut: bool  # the field of view of one of them cuts the body off


def overlay(moving: Volume, fixed: Volume, cell: Triple) -> Overlay:
    """Sample both; the grid covers what both fields show and either body fills.

    Raises:
        UnusableInput: a scan too short along z, or fields that show nothing in common.
    """
    scans = tuple(upright(volume, cell) for volume in (moving, fixed))
    for scan, name in zip(scans, ("moving", "fixed"), strict=True):
        height = scan.spacing[0] * scan.array.shape[0]
        if height < _SHORTEST:
            raise UnusableInput(
                f"the {name} scan covers {height:.0f} mm along the body ({scan.array.shape[0]} slices on the grid), "
                f"at least {_SHORTEST:.0f} mm are needed: give the whole series, not one slice of it."
            )
    masks = tuple(body_mask(scan) for scan in scans)
    middles, is_cut = _middles(scans, masks)
    planes = [_shared(axis, scans, masks, middles, cell[axis]) for axis in (1, 2)]
    moved, still = (
        _gridded(scan, mask, middle, planes, cell[0]) for scan, mask, middle in zip(scans, masks, middles, strict=True)
    )
    is_thin = any(scan.is_thin(axis) for scan in scans for axis in (1, 2))
    offset = middles[1][0] - middles[0][0], middles[1][1] - middles[0][1]
    return Overlay(moved, still, planes[0], planes[1], offset, middles[1], cell, is_thin, is_cut)


def _middles(
    scans: tuple[Upright, ...], masks: tuple[NDArray[np.bool_], ...]
) -> tuple[tuple[tuple[float, float], tuple[float, float]], bool]:
    """(y, x) of what is laid on each other: the bodies' middles, or one place in space where a frame cuts a body.

    And whether a frame does cut one.
    """
    found = [centroid(scan, mask) for scan, mask in zip(scans, masks, strict=True)]
    middles: list[list[float]] = [[], []]
    is_cut = False
    for axis in (0, 1):
        at = [one[axis] for one in found]
        if any(scan.is_thin(axis + 1) for scan in scans):
            place = [scan.middle_of(axis + 1) for scan in scans]
        elif at[0] is None or at[1] is None:
            place, is_cut = [0.0, 0.0], True
        else:
            place = [at[0], at[1]]
        for one, value in zip(middles, place, strict=True):
            one.append(value)
    return ((middles[0][0], middles[0][1]), (middles[1][0], middles[1][1])), is_cut


def _shared(
    axis: int,
    scans: tuple[Upright, ...],
    masks: tuple[NDArray[np.bool_], ...],
    middles: tuple[tuple[float, float], tuple[float, float]],
    cell: float,
) -> Places:
    """Places from the middle that lie in both fields, as far as either body reaches."""
    if any(scan.is_thin(axis) for scan in scans):
        return np.zeros(1)
    fields, bodies = [], []
    for scan, mask, middle in zip(scans, masks, middles, strict=True):
        start, step = scan.origin[axis] - middle[axis - 1], scan.spacing[axis]
        filled = np.flatnonzero(mask.any(axis=tuple({0, 1, 2} - {axis})))
        first, last = (filled[0], filled[-1]) if filled.size else (0, mask.shape[axis] - 1)
        fields.append((start, start + step * (mask.shape[axis] - 1)))
        bodies.append((start + step * (first - 1), start + step * (last + 1)))
    low = max(*(field[0] for field in fields), min(body[0] for body in bodies))
    high = min(*(field[1] for field in fields), max(body[1] for body in bodies))
    if high - low < _NARROWEST:
        name = "x" if axis == 2 else "y"
        raise UnusableInput(
            f"the two fields of view share {max(0.0, high - low):.0f} mm along {name}, at least {_NARROWEST:.0f} mm "
            "are needed: give two scans that show the same part of the body."
        )
    return low + cell * np.arange(int((high - low) / cell) + 1)


def _gridded(
    scan: Upright, mask: NDArray[np.bool_], middle: tuple[float, float], planes: list[Places], cell: float
) -> Gridded:
    height = scan.spacing[0] * (scan.array.shape[0] - 1)
    z = scan.origin[0] + cell * np.arange(int(height / cell + 1e-6) + 1)
    axes = z, planes[0] + middle[0], planes[1] + middle[1]
    array = sampled(scan, axes)
    body = sampled(Upright(mask.astype(np.float32), scan.spacing, scan.origin), axes) > 0.5
    return Gridded(z, array, tissues(array, body))
