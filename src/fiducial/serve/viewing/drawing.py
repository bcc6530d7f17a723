"""Pixels as PNG: grey slices, and overlays whose empty pixels let the slice through."""

from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.ndimage import binary_erosion

_QUICK = 1  # of zlib: the server and the screen stand side by side, and time is what counts
_FILL, _EDGE = 46, 255  # opacity of a mask and of its outline
INSIDE = 0.5  # a pixel belongs to what it is at least so probably


def grey_png(grey: npt.NDArray[np.uint8], side: int | None = None) -> bytes:
    """(rows, columns) as PNG; ``side``: the longer side is made that small, where it is longer."""
    image = Image.fromarray(grey)
    if side is not None and max(image.size) > side:
        ratio = side / max(image.size)
        size = (max(1, round(image.width * ratio)), max(1, round(image.height * ratio)))
        image = image.resize(size, Image.Resampling.BOX, reducing_gap=None)
    return _png(image)


def mask_png(probability: npt.NDArray[np.float32], colour: tuple[int, int, int]) -> bytes:
    """A mask, filled faintly and outlined."""
    inside = probability >= INSIDE
    edge = inside & ~binary_erosion(inside)
    alpha = np.where(edge, _EDGE, np.where(inside, _FILL, 0)).astype(np.uint8)
    return _png(_coloured(alpha, colour))


def heat_png(heat: npt.NDArray[np.float32], colour: tuple[int, int, int], highest: float) -> bytes:
    """A map from nothing, clear, to ``highest``, strongest; what speaks against a finding is clear."""
    share = np.clip(heat / highest if highest > 0 else np.zeros_like(heat), 0, 1)
    return _png(_coloured((share * 190).astype(np.uint8), colour))


def _coloured(alpha: npt.NDArray[np.uint8], colour: tuple[int, int, int]) -> Image.Image:
    drawn = np.empty((*alpha.shape, 4), np.uint8)
    drawn[..., :3], drawn[..., 3] = colour, alpha
    return Image.fromarray(drawn)


def _png(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "PNG", compress_level=_QUICK)
    return written.getvalue()
