"""Pixels as PNG: grey slices, and overlays whose empty pixels let the slice through."""

import struct
import zlib
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.ndimage import binary_erosion

_SIGNATURE = b"\x89PNG\r\n\x1a\n"  # PNG Specification, third edition, 5.2
_SUB = 1  # its filter that stores what a pixel is more than the one to its left
_QUICK = 1  # of zlib: the server and the screen stand side by side, and time is what counts
_FILL, _EDGE = 46, 255  # opacity of a mask and of its outline
INSIDE = 0.5  # a pixel belongs to what it is at least so probably


def grey_png(grey: npt.NDArray[np.uint8], side: int | None = None) -> bytes:
    """(rows, columns) as PNG; ``side``: the longer side is made that small, where it is longer."""
    image = Image.fromarray(grey)
    if side is not None and max(image.size) > side:
        ratio = side / max(image.size)
        size = (max(1, round(image.width * ratio)), max(1, round(image.height * ratio)))
        grey = np.asarray(image.resize(size, Image.Resampling.BOX))
    return _grey_png(grey)


def mask_png(probability: npt.NDArray[np.float32], colour: tuple[int, int, int]) -> bytes:
    """A mask, filled faintly and outlined."""
    inside = probability >= INSIDE
    edge = inside & ~binary_erosion(inside, border_value=1)  # the edge of the image is no edge of the finding
    alpha = np.where(edge, _EDGE, np.where(inside, _FILL, 0)).astype(np.uint8)
    return _png(_coloured(alpha, colour))


def heat_png(heat: npt.NDArray[np.float32], colour: tuple[int, int, int], highest: float) -> bytes:
    """A map from nothing, clear, to ``highest``, strongest; what speaks against a finding is clear."""
    share = np.clip(heat / highest if highest > 0 else np.zeros_like(heat), 0, 1)
    return _png(_coloured((share * 190).astype(np.uint8), colour))


def _grey_png(grey: npt.NDArray[np.uint8]) -> bytes:
    """A PNG of differences between neighbours, in runs: of images four times as soon as Pillow, and not larger."""
    rows, columns = grey.shape
    lines = np.empty((rows, columns + 1), np.uint8)
    lines[:, 0], lines[:, 1] = _SUB, grey[:, 0]
    np.subtract(grey[:, 1:], grey[:, :-1], out=lines[:, 2:])
    packer = zlib.compressobj(_QUICK, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_RLE)
    head = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    body = packer.compress(lines.data) + packer.flush()
    return b"".join([_SIGNATURE, _chunk(b"IHDR", head), _chunk(b"IDAT", body), _chunk(b"IEND", b"")])


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _coloured(alpha: npt.NDArray[np.uint8], colour: tuple[int, int, int]) -> Image.Image:
    drawn = np.empty((*alpha.shape, 4), np.uint8)
    drawn[..., :3], drawn[..., 3] = colour, alpha
    return Image.fromarray(drawn)


def _png(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "PNG", compress_level=_QUICK)
    return written.getvalue()
