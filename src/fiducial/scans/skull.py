"""What lies inside the skull of a head CT, by HU alone: no weights, and nothing learned."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fiducial.errors import UnusableInput

Mask: TypeAlias = npt.NDArray[np.bool_]  # (rows, columns), of several slices (slices, rows, columns)
Pixel: TypeAlias = tuple[float, float]  # (y, x) in mm

BONE_HU = 200.0
GAP_MM = 8.0  # closed in every slice; wider ones up to twice where this closes nothing
AIR_HU = -1000.0
_FAT_AT_MOST = -30.0  # HU: orbits, and the air of sinuses and mastoids, which bone encloses as it does the brain
_GRAIN_MM = 1.0  # sigma: what noise does to one pixel is no fat
_SMALLEST_MM2 = 500.0  # of one slice: more than a spinal canal or a globe
_MUSCLE_AT_LEAST = 47.0  # HU, in the middle of a piece: below the base muscle lies between bones
_SURROUNDED = 0.9  # of all directions in which bone lies around what a wide gap encloses: ribs leave more of them open
_DEGREES = 5.0
_SMALLEST_SHARE = 0.1  # of the largest piece: the fossae of the base lie apart in one slice
_LINK_MM = 2.0  # half as wide as the optic canal and the gaps of a suture


def inside_skull(values: npt.NDArray[np.float32], pixel: Pixel, *, bone: float = BONE_HU, gap: float = GAP_MM) -> Mask:
    """Bone, its gaps closed, encloses the brain; of what it encloses the large pieces through all slices, fat left out.

    ``values``: HU, (slices, rows, columns). ``bone``: HU above which bone lies; ``gap``: mm, twice as wide in a slice
    where that closes nothing, since a burr hole measures 11 to 14. What it cannot do: tell the brain from the meninges,
    the sinuses or blood beside it, which all stay; find the brain where the skull is open (below the skull base, after
    a craniectomy, in infants, beyond the field of view). The idea of thresholds and the largest piece is that of
    Muschelli et al. 2015, Neuroimage 114:379-385, doi:10.1016/j.neuroimage.2015.03.074; theirs goes on to a surface
    model.

    Raises:
        UnusableInput: no slice shows a closed skull.
    """
    pieces = _large(np.stack([_enclosed(plane, pixel, bone, gap) for plane in values]), values, pixel)
    if not pieces.any():
        raise UnusableInput(f"shows no closed skull (bone above {bone:g} HU around something)")
    for plane in pieces:
        if plane.any():
            plane[...] = ndimage.binary_fill_holes(grown(plane, _LINK_MM, pixel))
    return pieces


def grown(mask: Mask, mm: float, pixel: Pixel) -> Mask:
    """Everything at most ``mm`` away from a mask (rows, columns); nothing grows where there is nothing."""
    if not mm or not mask.any():
        return mask
    wider: Mask = ndimage.distance_transform_edt(~mask, sampling=pixel) <= mm
    return wider


def _enclosed(plane: npt.NDArray[np.float32], pixel: Pixel, hounsfield: float, gap: float) -> Mask:
    """Thinned by what links the brain to the orbits, so that these fall apart."""
    bone = plane > hounsfield
    if not bone.any():
        return bone
    clipped = np.clip(plane, AIR_HU, hounsfield)
    soft = ndimage.gaussian_filter(clipped, [_GRAIN_MM / side for side in pixel]) > _FAT_AT_MOST
    narrow = _within(bone, soft, gap, pixel)
    if narrow.sum() * pixel[0] * pixel[1] >= _SMALLEST_MM2:
        return narrow
    wide = _within(bone, soft, 2 * gap, pixel)
    return wide if _surrounds(bone, wide) else narrow


def _within(bone: Mask, soft: Mask, gap: float, pixel: Pixel) -> Mask:
    closed = ~grown(~grown(bone, gap / 2, pixel), gap / 2, pixel)
    return ~grown(~(ndimage.binary_fill_holes(closed) & ~bone & soft), _LINK_MM, pixel)


def _surrounds(bone: Mask, inside: Mask) -> bool:
    """Whether bone lies in nearly all directions, as seen from the middle."""
    if not inside.any():
        return False
    (rows, columns), (row, column) = np.nonzero(bone), (axis.mean() for axis in np.nonzero(inside))
    directions = np.floor(np.degrees(np.arctan2(rows - row, columns - column)) / _DEGREES)
    return bool(len(np.unique(directions)) * _DEGREES >= _SURROUNDED * 360)


def _large(masks: Mask, values: npt.NDArray[np.float32], pixel: Pixel) -> Mask:
    """The largest piece, if it is large somewhere, and others that are not small beside it and no muscle."""
    pieces, count = ndimage.label(masks)
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)
    sizes[0] = 0
    widest = np.max([np.bincount(plane.ravel(), minlength=count + 1) for plane in pieces], axis=0)
    kept = (sizes >= _SMALLEST_SHARE * sizes.max()) & (widest * pixel[0] * pixel[1] >= _SMALLEST_MM2)
    kept[0] = False
    for piece in np.flatnonzero(kept):
        kept[piece] = piece == sizes.argmax() or np.median(values[pieces == piece]) < _MUSCLE_AT_LEAST
    large: Mask = kept[pieces]
    return large
