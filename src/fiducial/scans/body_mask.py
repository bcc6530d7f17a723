"""Where the body is in slices of a CT: above a threshold, opened, the largest piece, its holes filled."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

BODY_HU = -350.0  # between air or cushions and fat
_OPENED = 2  # pixels: cables and the shell of a table are thinner than twice this


def body_mask(slices: npt.NDArray[np.int16], threshold: float = BODY_HU) -> npt.NDArray[np.bool_]:
    """The body in each of (slices, rows, columns), which need not be neighbours; empty where there is none."""
    return np.stack([_body(one > threshold) for one in slices])


def _body(above: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    pieces, count = ndimage.label(ndimage.binary_opening(above, iterations=_OPENED))
    if not count:
        return np.zeros_like(above)
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    filled: npt.NDArray[np.bool_] = ndimage.binary_fill_holes(pieces == sizes.argmax())
    return filled
