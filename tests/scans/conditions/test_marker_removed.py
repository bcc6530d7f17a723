"""What the search finds is gone, and nothing else changes."""

import numpy as np

from fiducial.scans.overlay import find_overlays
from fiducial.scans.plane import grey_plane
from scans.conditions.radiographs import change, picture, radiograph, stressed

SCAN = radiograph(np.full((400, 360), 30, dtype=np.uint8) + picture(400, 360) // 2)


def test_a_marker_that_was_added_is_removed() -> None:
    marked = stressed("marker-added", SCAN, 3)
    assert find_overlays(grey_plane(marked.array[0]))
    cleaned = stressed("marker-removed", marked, 2)
    assert not find_overlays(grey_plane(cleaned.array[0]))
    assert np.abs(cleaned.array.astype(int) - SCAN.array).max() < 25


def test_a_radiograph_without_letters_stays_as_it_is() -> None:
    assert not change("marker-removed", SCAN, 5).any()
