"""The frame is filled from inside, and nothing inside it changes."""

import numpy as np

from scans.conditions.radiographs import change, radiograph, stressed


def test_only_the_frame_changes() -> None:
    changed = change("mask-border", radiograph(), 3)[0]
    assert not changed[20:-20, 16:-16].any()
    assert changed[:20].any()


def test_what_lay_in_the_frame_leaves_no_trace() -> None:
    image, other = radiograph().array[0], radiograph().array[0].copy()
    other[3:9, 4:12] = 255
    one, two = (stressed("mask-border", radiograph(which), 2).array for which in (image, other))
    assert np.array_equal(one, two)


def test_the_fill_is_neither_darker_nor_brighter_than_what_lies_inside() -> None:
    masked = stressed("mask-border", radiograph(np.full((60, 60), 77, dtype=np.uint8)), 5)
    assert np.ptp(masked.array) == 0
