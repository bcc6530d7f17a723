"""Where the body is in a CT: above a threshold, opened, the largest piece, its holes filled slice by slice."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

BODY_HU = -350.0  # between air or cushions and fat
_OPENED = 2  # pixels: tables and cables are thinner than twice this


def body_mask(volume: npt.NDArray[np.int16], threshold: float = BODY_HU) -> npt.NDArray[np.bool_]:
    """The body in a volume (slices, rows, columns); empty where nothing is above ``threshold``."""
    cross = ndimage.generate_binary_structure(2, 1)[np.newaxis]
    opened = ndimage.binary_opening(volume > threshold, cross, iterations=_OPENED)
    pieces, count = ndimage.label(opened)
    if not count:
        return np.zeros(volume.shape, dtype=np.bool_)
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    body = pieces == sizes.argmax()
    return np.stack([ndimage.binary_fill_holes(one) for one in body])
