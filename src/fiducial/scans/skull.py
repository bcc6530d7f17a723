"""What lies inside the skull of a head CT, by HU alone: no weights, and nothing learned."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fiducial.errors import UnusableInput

Mask: TypeAlias = npt.NDArray[np.bool_]  # (rows, columns), of several slices (slices, rows, columns)
Pixel: TypeAlias = tuple[float, float]  # (y, x) in mm

BONE_HU = 200.0
GAP_MM = 8.0  # wider gaps in the skull stay open
AIR_HU = -1000.0
_AIR_AT_MOST = -200.0  # HU: sinuses and mastoids, which bone encloses as it does the brain
_SMALLEST_MM2 = 500.0  # of one slice: more than a spinal canal
_LINK_MM = 2.0  # half as wide as the optic canal and the gaps of a suture


def inside_skull(values: npt.NDArray[np.float32], pixel: Pixel, *, bone: float = BONE_HU, gap: float = GAP_MM) -> Mask:
    """Bone, its gaps closed, encloses the brain; of what it encloses the largest piece through all slices.

    ``values``: HU, (slices, rows, columns). ``bone``: HU above which bone lies; ``gap``: mm. What it cannot do: tell
    the brain from the meninges, the sinuses or blood beside it, which all stay; find the brain where the skull is open
    (below the skull base, after a craniectomy, in infants, beyond the field of view). The idea of thresholds and the
    largest piece is that of Muschelli et al. 2015, Neuroimage 114:379-385, doi:10.1016/j.neuroimage.2015.03.074; theirs
    goes on to a surface model.

    Raises:
        UnusableInput: no slice shows a closed skull.
    """
    pieces = _largest(np.stack([_enclosed(plane, pixel, bone, gap) for plane in values]))
    if pieces.sum(axis=(1, 2)).max() * pixel[0] * pixel[1] < _SMALLEST_MM2:
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
    closed = ~grown(~grown(bone, gap / 2, pixel), gap / 2, pixel)
    tissue = ndimage.binary_fill_holes(closed) & ~bone & (plane > _AIR_AT_MOST)
    return ~grown(~tissue, _LINK_MM, pixel)


def _largest(masks: Mask) -> Mask:
    pieces, count = ndimage.label(masks)
    if not count:
        return masks
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    largest: Mask = pieces == sizes.argmax()
    return largest
