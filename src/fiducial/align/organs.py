"""Whether the organs that a segmenter finds in both scans lie on each other at the place that the bones gave."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fiducial import plugins
from fiducial.align.contract import Region, Segmenter
from fiducial.align.measure import Measures
from fiducial.align.overlay import Overlay
from fiducial.errors import UnusableInput
from fiducial.scans.volume import Volume

Places = NDArray[np.float64]


def organ_dice(moving: Volume, fixed: Volume, laid: Overlay, found: Measures, name: str) -> float | None:
    """Mean Dice over the regions that both scans have, on the common grid; None where they have none.

    Raises:
        WrongUsage: no segmenter bears the name.
        UnusableInput: a mask that has not the shape of its scan.
    """
    segmenter: Segmenter = plugins.load("segmenters", name)()
    _, start, count = found.slices
    z = laid.fixed.z[start : start + count]
    y, x = laid.y + laid.fixed_middle[0], laid.x + laid.fixed_middle[1]
    places = np.stack([axis.ravel() for axis in np.meshgrid(z, y, x, indexing="ij")])
    there = _seen(segmenter, fixed, places)
    moved = _seen(segmenter, moving, places - np.array(found.shift)[:, None])
    scores = [_dice(moved[region], there[region]) for region in sorted(moved.keys() & there.keys())]
    return float(np.mean(scores)) if scores else None


def _seen(segmenter: Segmenter, volume: Volume, places: Places) -> dict[str, NDArray[np.bool_]]:
    """Each region that has a voxel, asked at places (z, y, x; points) in mm: the nearest voxel, False outside."""
    index = np.linalg.inv(volume.affine) @ np.vstack([places[::-1], np.ones(places.shape[1])])
    at = np.rint(index[:3]).astype(int)
    shape = np.array(volume.array.shape)[:, None]
    inside = ((at >= 0) & (at < shape)).all(axis=0)
    at = tuple(at.clip(0, shape - 1))
    masks = _checked(segmenter, volume)
    return {region: mask[at] & inside for region, mask in masks.items() if mask.any()}


def _checked(segmenter: Segmenter, volume: Volume) -> Mapping[str, Region]:
    masks = segmenter.segment(volume)
    for region, mask in masks.items():
        if mask.shape != volume.array.shape or mask.dtype != np.bool_:
            raise UnusableInput(
                f"the segmenter {segmenter.name!r} gave {mask.dtype} {mask.shape} for {region!r}, expected bool "
                f"{volume.array.shape}: mend the package that declares it, or take [align] segmenter out."
            )
    return masks


def _dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float(2 * (one & other).sum() / max(1, one.sum() + other.sum()))
