"""Step: CLAHE, contrast-limited adaptive histogram equalisation, by a backend that is named because backends differ."""

from dataclasses import replace
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field
from skimage.exposure import equalize_adapthist

from fiducial.errors import UnusableInput
from fiducial.scans.preparation.contract import SETTINGS, Picture
from fiducial.scans.scan import is_flat

_SMALLEST = 8  # pixels a side; scikit-image takes an image of three or four columns for colours


class Clahe(BaseModel):
    """Zuiderveld 1994, Graphics Gems IV, 474-485. OpenCV's differs from scikit-image's by up to 8 of 255 grey levels.

    scikit-image stretches each plane to 0 to 1, before and after.
    """

    model_config = SETTINGS
    name: ClassVar[str] = "clahe"
    says: ClassVar[str] = "evens out local contrast, slice by slice (CLAHE)"

    backend: Literal["scikit-image"] = Field(default="scikit-image", description="whose CLAHE; only `scikit-image`")
    tiles: int = Field(default=8, ge=2, le=64, description="regions a side, 2 to 64")
    clip_limit: float = Field(default=0.01, gt=0, lt=1, description="share of a region's pixels in one bin, 0 to 1")
    bins: int = Field(default=256, ge=2, le=16384, description="of each histogram, 2 to 16384")

    def apply(self, picture: Picture) -> Picture:
        """Every channel and slice on its own; a slice of one value stays as it is.

        Raises:
            UnusableInput: values beyond 0 to 1, or fewer pixels a side than tiles.
        """
        self._refuse(picture)
        evened = np.empty(picture.pixels.shape, np.float32)
        for index in np.ndindex(picture.pixels.shape[:2]):
            evened[index] = self._plane(picture.pixels[index])
        return replace(picture, pixels=evened)

    def _plane(self, plane: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        if is_flat(plane):
            return plane
        tile = [max(1, side // self.tiles) for side in plane.shape]
        evened: npt.NDArray[np.float32] = equalize_adapthist(plane, tile, self.clip_limit, self.bins)
        return evened

    def _refuse(self, picture: Picture) -> None:
        rows, columns = picture.pixels.shape[-2:]
        if min(rows, columns) < max(_SMALLEST, self.tiles):
            raise UnusableInput(
                f"is {rows} x {columns} pixels, and the step 'clahe' needs {max(_SMALLEST, self.tiles)} a side; "
                "resize it first"
            )
        low, high = float(picture.pixels.min()), float(picture.pixels.max())
        if low < 0 or high > 1:
            raise UnusableInput(
                f"has values from {low:.9g} to {high:.9g}, and the step 'clahe' needs 0 to 1; "
                "put 'window', 'levels' or 'clip' with scaled = true before it"
            )
