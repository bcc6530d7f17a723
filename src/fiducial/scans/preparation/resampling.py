"""Planes on another grid, by Pillow on float32: antialiased, as what is made smaller is averaged before it is read."""

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

Method: TypeAlias = Literal["lanczos", "area", "linear"]
Plane: TypeAlias = npt.NDArray[np.float32]  # (rows, columns)
Cut: TypeAlias = tuple[float, float, float, float]  # (top, left, bottom, right) in pixels, not rounded

_FILTERS = {
    "lanczos": Image.Resampling.LANCZOS,
    "area": Image.Resampling.BOX,
    "linear": Image.Resampling.BILINEAR,
}


def resampled(plane: Plane, shape: tuple[int, int], method: Method, cut: Cut | None = None) -> Plane:
    """``cut`` of a plane, or the whole of it, on ``shape`` (rows, columns) pixels that cover the same ground.

    The filters widen with the scale: area is the mean of the pixels whose centres lie in the new one, linear a
    triangle, lanczos has three lobes and overshoots beside sharp edges. Made larger, area repeats the nearest pixel.
    """
    top, left, bottom, right = cut or (0, 0, *plane.shape)
    image = Image.fromarray(plane).resize(shape[::-1], _FILTERS[method], (left, top, right, bottom))
    return np.asarray(image)
