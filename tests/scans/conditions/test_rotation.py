"""A turn around the middle, to either side."""

import numpy as np
import pytest

from fiducial.scans.conditions.rotation import Turned
from fiducial.scans.scan import Scan
from scans.conditions.radiographs import radiograph, stressed


def point(down: int, across: int, spacing: tuple[float, float, float] = (1, 1, 1)) -> Scan:
    image = np.zeros((1, 101, 101), dtype=np.float32)
    image[0, down, across] = 1
    return Scan(image, spacing, {})


def test_a_quarter_turn_to_the_left_takes_the_right_to_the_top() -> None:
    assert np.unravel_index(Turned(90).apply(point(50, 80)).array[0].argmax(), (101, 101)) == (20, 50)


def test_pixels_that_are_not_square_are_turned_in_millimetres() -> None:
    turned = Turned(90).apply(point(50, 80, (1, 2, 1)))  # 30 mm to the right become 30 mm, 15 rows, to the top
    assert np.unravel_index(turned.array[0].argmax(), (101, 101)) == (35, 50)


def test_corners_become_dark_and_chance_gives_the_side() -> None:
    corners = [stressed("rotation", radiograph(np.full((64, 64), 90.0) + np.eye(64)), 3, seed) for seed in range(6)]
    assert [one.array[0, 0, 0] for one in corners] == pytest.approx([90.0] * 6)
    assert len({one.array.tobytes() for one in corners}) == 2
