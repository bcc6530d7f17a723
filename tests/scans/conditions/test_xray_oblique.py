"""A tilt moves what lies far from its axis and fills the field."""

import numpy as np

from scans.conditions.radiographs import change, radiograph, stressed


def test_the_field_stays_filled() -> None:
    image = np.full((60, 50), 200, dtype=np.uint8)
    image[25:35, 20:30] = 0
    seen = [stressed("xray-oblique", radiograph(image), 5, seed).array[0] for seed in range(8)]
    assert min(one[[0, 0, -1, -1], [0, -1, 0, -1]].min() for one in seen) >= 199


def test_the_middle_stays_where_it_was() -> None:
    image = np.zeros((81, 81), dtype=np.float32)
    image[40, 40] = 1
    assert stressed("xray-oblique", radiograph(image), 3).array[0].argmax() == image.argmax()


def test_a_larger_tilt_moves_more() -> None:
    mild, worst = (np.abs(change("xray-oblique", radiograph(), one)).mean() for one in (1, 5))
    assert worst > 2 * mild
