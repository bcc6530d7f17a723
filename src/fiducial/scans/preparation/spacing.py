"""Step: spacing. The same distance in mm between pixels, and between slices where asked, whatever the scanner's."""

from dataclasses import replace
from math import isnan
from typing import ClassVar, TypeAlias

import numpy as np
from pydantic import BaseModel, Field, PositiveFloat, field_validator

from fiducial.errors import UnusableInput
from fiducial.scans.preparation.contract import SETTINGS, Picture
from fiducial.scans.preparation.resampling import Method, resampled

_ENOUGH = 1e-6  # of a pixel: 100 mm at 0.1 mm are 1,000 pixels, whatever rounding says
_MOST = 16384  # pixels a side

Grid: TypeAlias = tuple[int, float, float]  # pixels, offset of the first one's edge, and scale, both in source pixels


class Spacing(BaseModel):
    """``mm``: (y, x), or (z, y, x) for a volume whose slices are resampled too.

    The new pixels have exactly this spacing; they lie in the middle, and less than one of them is lost at the border.
    """

    model_config = SETTINGS
    name: ClassVar[str] = "spacing"
    says: ClassVar[str] = "resamples to a spacing in mm, antialiased, in the plane and along z where asked"

    mm: tuple[PositiveFloat, ...] = Field(description="[y, x] or [z, y, x] in mm, above 0")
    method: Method = Field(default="linear", description="`lanczos`, `area` or `linear`")

    @field_validator("mm")
    @classmethod
    def _two_or_three(cls, mm: tuple[float, ...]) -> tuple[float, ...]:
        if len(mm) not in {2, 3}:
            raise ValueError("give two numbers, [y, x], or three, [z, y, x]")
        return mm

    def apply(self, picture: Picture) -> Picture:
        """Slices on their own with two numbers; with three, across slices first.

        Raises:
            UnusableInput: no spacing, or less of the body than one new pixel.
        """
        if picture.spacing is None:
            raise UnusableInput("has no spacing in mm, which the step 'spacing' needs; use 'resize', or export it anew")
        if len(self.mm) > 2:
            picture = self._across(picture, picture.spacing[0], self.mm[0])
        return self._in_plane(picture)

    def _across(self, picture: Picture, apart: float, wanted: float) -> Picture:
        count, slices, rows, columns = picture.pixels.shape
        if isnan(apart) or slices == 1:
            raise UnusableInput("has no distance between slices, and 'spacing' has three numbers; give two: [y, x]")
        fewer, offset, scale = _grid(slices, apart, wanted, "slices")
        pixels = np.empty((count, fewer, rows, columns), np.float32)
        cut = (offset, 0, offset + scale * fewer, columns)
        for channel in range(count):
            for row in range(rows):  # one plane of (slices, columns) at a time: a long series is never copied whole
                plane = np.ascontiguousarray(picture.pixels[channel, :, row])
                pixels[channel, :, row] = resampled(plane, (fewer, columns), self.method, cut)
        _, y, x = picture.spacing or (0.0, 0.0, 0.0)
        placement = picture.placement.across(offset, scale)
        return replace(picture, pixels=pixels, spacing=(wanted, y, x), placement=placement)

    def _in_plane(self, picture: Picture) -> Picture:
        z, *apart = picture.spacing or (0.0, 0.0, 0.0)
        y, x = self.mm[-2:]
        high, wide = picture.pixels.shape[-2:]
        rows, top, down = _grid(high, apart[0], y, "rows")
        columns, left, across = _grid(wide, apart[1], x, "columns")
        if (down, across) == (1, 1):
            return replace(picture, spacing=(z, y, x))
        cut = (top, left, top + down * rows, left + across * columns)
        pixels = np.empty((*picture.pixels.shape[:2], rows, columns), np.float32)
        for index in np.ndindex(picture.pixels.shape[:2]):
            pixels[index] = resampled(picture.pixels[index], (rows, columns), self.method, cut)
        placement = picture.placement.within((top, left), (down, across))
        return replace(picture, pixels=pixels, spacing=(z, y, x), placement=placement)


def _grid(length: int, apart: float, wanted: float, axis: str) -> Grid:
    scale = wanted / apart
    count = int(length / scale + _ENOUGH)
    if not 1 <= count <= _MOST:
        raise UnusableInput(
            f"has {length} {axis} of {apart:g} mm, which make {count} of {wanted:g} mm at the step 'spacing'; "
            f"it takes 1 to {_MOST}"
        )
    scale = min(scale, length / count)
    return count, max(0.0, length - scale * count) / 2, scale
