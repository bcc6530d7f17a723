"""A tilt moves what lies far from its axis and fills the field."""

import numpy as np

from scans.conditions.radiographs import change, radiograph, stressed


def test_the_field_stays_filled() -> None:
    bright = radiograph(np.full((60, 50), 200, dtype=np.uint8) + np.eye(60, 50, dtype=np.uint8))
    assert all(stressed("xray-oblique", bright, 5, seed).array.min() >= 199 for seed in range(8))


def test_the_middle_stays_where_it_was() -> None:
    image = np.zeros((81, 81), dtype=np.float32)
    image[40, 40] = 1
    assert stressed("xray-oblique", radiograph(image), 3).array[0].argmax() == image.argmax()


def test_a_larger_tilt_moves_more() -> None:
    mild, worst = (np.abs(change("xray-oblique", radiograph(), one)).mean() for one in (1, 5))
    assert worst > 2 * mild
