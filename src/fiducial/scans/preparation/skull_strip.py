"""Step: skull-strip. What lies inside the skull of a head CT, by HU alone: no weights, and nothing learned."""

from dataclasses import replace
from typing import ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field
from scipy import ndimage

from fiducial.errors import UnusableInput
from fiducial.scans.preparation.contract import SETTINGS, Picture

Mask: TypeAlias = npt.NDArray[np.bool_]  # (rows, columns), of several slices (slices, rows, columns)

_AIR_HU = -200.0  # sinuses and mastoids, which bone encloses as it does the brain
_SMALLEST_MM2 = 500.0  # of one slice: more than a spinal canal
_LINK_MM = 2.0  # half as wide as the optic canal and the gaps of a suture


class SkullStrip(BaseModel):
    """Bone, its gaps closed, encloses the brain; of what it encloses the largest piece through all slices is kept.

    What it cannot do: tell the brain from the meninges, the sinuses or blood beside it, which all stay; find the brain
    where the skull is open (below the skull base, after a craniectomy, in infants, beyond the field of view); work on
    pictures that are not in HU. The idea of thresholds and the largest piece is that of Muschelli et al. 2015,
    Neuroimage 114:379-385, doi:10.1016/j.neuroimage.2015.03.074; theirs goes on to a surface model.
    """

    model_config = SETTINGS
    name: ClassVar[str] = "skull-strip"
    says: ClassVar[str] = "keeps what lies inside the skull of a head CT, by HU"

    bone: float = Field(default=200.0, ge=100, le=1000, description="HU above which bone lies, 100 to 1000")
    gap: float = Field(default=8.0, ge=0, le=30, description="mm, 0 to 30: wider gaps in the skull stay open")
    outside: float = Field(default=-1000.0, description="HU of everything outside")

    def apply(self, picture: Picture) -> Picture:
        """The skull is closed in each slice; slices that show no brain hold ``outside`` alone.

        Raises:
            UnusableInput: several channels, no spacing, or no closed skull in any slice.
        """
        if len(picture.pixels) != 1:
            raise UnusableInput("has several channels at the step 'skull-strip'; put it before 'window'")
        if picture.spacing is None:
            raise UnusableInput("has no spacing in mm, which the step 'skull-strip' needs; export the series anew")
        inside = self._inside(picture.pixels[0], picture.spacing[1:])
        pixels = np.where(inside, picture.pixels, np.float32(self.outside))
        return replace(picture, pixels=pixels)

    def _inside(self, values: npt.NDArray[np.float32], pixel: tuple[float, float]) -> Mask:
        pieces = _largest(np.stack([self._enclosed(plane, pixel) for plane in values]))
        if pieces.sum(axis=(1, 2)).max() * pixel[0] * pixel[1] < _SMALLEST_MM2:
            raise UnusableInput(
                f"shows no closed skull (bone above {self.bone:g} HU around something) at the step 'skull-strip'; "
                "it must be a head CT in HU, before 'window' and 'clip'"
            )
        for plane in pieces:
            if plane.any():
                plane[...] = ndimage.binary_fill_holes(_grown(plane, _LINK_MM, pixel))
        return pieces

    def _enclosed(self, plane: npt.NDArray[np.float32], pixel: tuple[float, float]) -> Mask:
        """Thinned by what links the brain to the orbits, so that these fall apart."""
        bone = plane > self.bone
        if not bone.any():
            return bone
        closed = ~_grown(~_grown(bone, self.gap / 2, pixel), self.gap / 2, pixel)
        tissue = ndimage.binary_fill_holes(closed) & ~bone & (plane > _AIR_HU)
        return ~_grown(~tissue, _LINK_MM, pixel)


def _grown(mask: Mask, mm: float, pixel: tuple[float, float]) -> Mask:
    """Everything at most ``mm`` away from the mask, which holds something."""
    if not mm or not mask.any():
        return mask
    grown: Mask = ndimage.distance_transform_edt(~mask, sampling=pixel) <= mm
    return grown


def _largest(masks: Mask) -> Mask:
    pieces, count = ndimage.label(masks)
    if not count:
        return masks
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    largest: Mask = pieces == sizes.argmax()
    return largest
