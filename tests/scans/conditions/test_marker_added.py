"""A letter that the search for letters finds, on the side that it names."""

import numpy as np
import pytest

from fiducial.scans.conditions.marker_added import MarkerAdded
from fiducial.scans.overlay import find_overlays
from fiducial.scans.plane import grey_plane
from scans.conditions.radiographs import change, picture, radiograph, stressed


@pytest.mark.parametrize("seed", range(4))
def test_the_letter_is_found_where_it_was_laid(seed: int) -> None:
    scan = radiograph(np.full((400, 360), 40, dtype=np.uint8) + picture(400, 360) // 2)
    [found] = find_overlays(grey_plane(stressed("marker-added", scan, 3, seed).array[0]))
    assert found.place in {"top left", "top right", "bottom left", "bottom right"}


def test_its_height_is_a_share_of_the_longer_side() -> None:
    rows = np.flatnonzero(change("marker-added", radiograph(picture(400, 300)), 4).max(axis=(0, 2)) > 20)
    assert np.ptp(rows) / 400 == pytest.approx(0.06, rel=0.3)  # it lies crooked


def test_r_lies_on_the_left_and_l_on_the_right() -> None:
    drawn = [MarkerAdded().draw(radiograph(), 3, np.random.default_rng(seed)).text for seed in range(9)]
    assert {(text.words, text.across < 0.5) for text in drawn} == {("R", True), ("L", False)}


def test_lead_only_brightens() -> None:
    assert change("marker-added", radiograph(), 5).min() >= 0
