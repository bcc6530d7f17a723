"""What is kept of an image's pixels when it is read: enough to find its copies and what was written into it."""

from dataclasses import dataclass

import numpy as np

from fiducial.scans.overlay import find_overlays
from fiducial.scans.perceptual import miniature, perceptual_hashes
from fiducial.scans.plane import grey_plane
from fiducial.scans.scan import Array


@dataclass(frozen=True, slots=True)
class Look:
    """``thumbnail``: 32 x 32 uint8, row after row. ``overlay_places``: each place once, joined by ", "."""

    perceptual_hash: int
    thumbnail: bytes
    overlay_boxes: int
    overlay_area: float  # share of the image
    overlay_places: str


def look(array: Array, *, inverted: bool = False) -> Look:
    """Look at the middle slice of (slices, rows, columns[, samples]); ``inverted`` where the image is MONOCHROME1."""
    plane = grey_plane(array, inverted=inverted)
    small = miniature(plane)
    found = find_overlays(plane)
    return Look(
        int(perceptual_hashes(small[np.newaxis])[0]),
        small.tobytes(),
        len(found),
        sum(one.area for one in found),
        ", ".join(sorted({one.place for one in found})),
    )
