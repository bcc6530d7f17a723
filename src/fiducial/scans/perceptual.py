"""A small picture of a scan and its perceptual hashes: alike for images that look alike, also mirrored or turned.

The hash is the sign pattern of the low frequencies of a cosine transform (pHash): Zauner 2010, Implementation and
benchmarking of perceptual image hash functions, Hagenberg.
"""

from collections.abc import Iterable
from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import scipy

from fiducial.scans.plane import HEADROOM, Levels, Plane, on_levels
from fiducial.scans.scan import Array

SIDE = 32  # pixels of a miniature
BITS = 64
_LOW = 8  # frequencies an axis
_ENOUGH = 4  # rows of a cell, spread evenly: the mean of more is hardly another
# The eight symmetries of a square, as (quarter turns anticlockwise, then mirrored) and in words.
SYMMETRIES = (
    (0, False, "as it lies"),
    (0, True, "mirrored left to right"),
    (2, True, "mirrored top to bottom"),
    (2, False, "turned by 180 degrees"),
    (1, False, "turned by 90 degrees anticlockwise"),
    (3, False, "turned by 90 degrees clockwise"),
    (1, True, "turned by 90 degrees and mirrored"),
    (3, True, "turned by 90 degrees and mirrored"),
)

Miniatures: TypeAlias = npt.NDArray[np.uint8]  # (n, 32, 32)


def miniature(middle: Array, levels: Levels = (0.0, float(HEADROOM))) -> Plane:
    """(rows, columns) averaged into 32 x 32 cells, whatever its proportions; ``levels`` of a grey plane as default."""
    rows, columns = middle.shape
    if rows < SIDE * _ENOUGH:
        cells = _weights(rows) @ middle.astype(np.float32)
    else:  # whole rows: they lie together in memory
        cells = middle[_spread(rows)].reshape(SIDE, _ENOUGH, columns).sum(axis=1, dtype=np.float32) / _ENOUGH
    return on_levels(cells @ _weights(columns).T, levels)


def as_miniatures(thumbnails: Iterable[bytes]) -> Miniatures:
    """(n, 32, 32) of 1024 bytes each, as the files table keeps them."""
    return np.frombuffer(b"".join(thumbnails), dtype=np.uint8).reshape(-1, SIDE, SIDE)


def as_symmetric(images: Array, which: int) -> Array:
    """(n, 32, 32) of any type in one of ``SYMMETRIES``."""
    turns, mirrored, _ = SYMMETRIES[which]
    turned = np.rot90(images, turns, axes=(1, 2))
    return turned[:, :, ::-1] if mirrored else turned


def in_symmetries(images: Array, which: npt.NDArray[np.int64]) -> Array:
    """(n, 32, 32) of any type, each in a symmetry of its own; ``which`` is (n,)."""
    placed = np.empty_like(images)
    for symmetry in np.unique(which):
        chosen = which == symmetry
        placed[chosen] = as_symmetric(images[chosen], int(symmetry))
    return placed


def perceptual_hashes(images: Miniatures) -> npt.NDArray[np.uint64]:
    """One hash an image, (n,): which of its 63 lowest frequencies exceed their median."""
    waves = scipy.fft.dctn(images.astype(np.float32), axes=(1, 2), norm="ortho")
    waves = waves[:, :_LOW, :_LOW].reshape(len(images), BITS)
    above = waves > np.median(waves[:, 1:], axis=1, keepdims=True)
    above[:, 0] = False  # the mean brightness says nothing
    return np.packbits(above, axis=1).view(">u8").ravel().astype(np.uint64)


def symmetric_hashes(images: Miniatures) -> npt.NDArray[np.uint64]:
    """(8, n): the hashes of every image in each of ``SYMMETRIES``."""
    return np.stack([perceptual_hashes(as_symmetric(images, which)) for which in range(len(SYMMETRIES))])


@cache
def _spread(length: int) -> npt.NDArray[np.int64]:
    """(128,): as many places, each in the middle of its part of the length."""
    parts = SIDE * _ENOUGH
    return (2 * np.arange(parts) + 1) * length // (2 * parts)


@cache
def _weights(length: int) -> npt.NDArray[np.float32]:
    """(32, length): how much of each pixel lies in each cell; rows sum to 1."""
    edges = np.arange(SIDE + 1) * length / SIDE
    pixels = np.arange(length)
    shared = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    shared = np.clip(shared, 0, None)
    weights: npt.NDArray[np.float32] = (shared / shared.sum(axis=1, keepdims=True)).astype(np.float32)
    return weights
