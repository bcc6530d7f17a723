"""Step: resize. Every slice gets the rows and columns that a network wants."""

from dataclasses import replace
from typing import ClassVar, Self

import numpy as np
from pydantic import BaseModel, Field, model_validator

from fiducial.scans.preparation.contract import SETTINGS, Picture
from fiducial.scans.preparation.resampling import Method, resampled

_LARGEST = 16384


class Resize(BaseModel):
    """``rows`` and ``columns`` in pixels; ``keep_aspect`` puts the picture in the middle and ``padding`` around."""

    model_config = SETTINGS
    name: ClassVar[str] = "resize"
    says: ClassVar[str] = "gives every slice a number of rows and columns, antialiased"

    rows: int = Field(ge=1, le=_LARGEST, description="pixels, 1 to 16384")
    columns: int = Field(ge=1, le=_LARGEST, description="pixels, 1 to 16384")
    method: Method = Field(default="linear", description="`lanczos`, `area` or `linear`")
    keep_aspect: bool = Field(default=False, description="pixels keep their shape; what is left over is padded")
    padding: float = Field(default=0.0, description="value of the padding, in those of the picture")

    @model_validator(mode="after")
    def _padding_is_of_use(self) -> Self:
        if self.padding and not self.keep_aspect:
            raise ValueError("padding is only of use with keep_aspect = true; add that or leave padding out")
        return self

    def apply(self, picture: Picture) -> Picture:
        """Every channel and slice on its own; slices stay as many as they are."""
        high, wide = picture.pixels.shape[-2:]
        inner = self._inner(high, wide)
        top, left = (self.rows - inner[0]) // 2, (self.columns - inner[1]) // 2
        pixels = self._frame(picture, inner)
        for index in np.ndindex(picture.pixels.shape[:2]):
            pixels[index][top : top + inner[0], left : left + inner[1]] = resampled(
                picture.pixels[index], inner, self.method
            )
        scale = (high / inner[0], wide / inner[1])
        z, y, x = picture.spacing or (0.0, 0.0, 0.0)
        return replace(
            picture,
            pixels=pixels,
            spacing=(z, y * scale[0], x * scale[1]) if picture.spacing else None,
            placement=picture.placement.within((-top * scale[0], -left * scale[1]), scale),
        )

    def _inner(self, high: int, wide: int) -> tuple[int, int]:
        if not self.keep_aspect:
            return self.rows, self.columns
        growth = min(self.rows / high, self.columns / wide)
        return max(1, round(high * growth)), max(1, round(wide * growth))

    def _frame(self, picture: Picture, inner: tuple[int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        shape = (*picture.pixels.shape[:2], self.rows, self.columns)
        if inner == (self.rows, self.columns):
            return np.empty(shape, np.float32)
        return np.full(shape, self.padding, np.float32)
