"""The corners are filled, the rest stays."""

import numpy as np

from scans.conditions.radiographs import change, radiograph, stressed


def test_only_the_corners_change() -> None:
    changed = change("mask-corners", radiograph(), 3)[0]
    assert not changed[30:-30].any()
    assert not changed[:, 24:-24].any()


def test_a_letter_in_a_corner_leaves_no_trace() -> None:
    image, other = radiograph().array[0], radiograph().array[0].copy()
    other[3:9, 4:12] = 255
    one, two = (stressed("mask-corners", radiograph(which), 3).array for which in (image, other))
    assert np.array_equal(one, two)
