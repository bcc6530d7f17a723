"""Where boxes lie."""

import numpy as np
import pytest

from fiducial.rules.facts import Box, Marked
from fiducial.rules.geometry import box_field, share

BOX = Box(0, 0, 20, 10, 0.5, 100, 200)
MASK = np.zeros((100, 200), bool)
MASK[:, :10] = True


@pytest.mark.parametrize(
    ("name", "value"),
    [("width", 0.1), ("height", 0.1), ("area", 0.01), ("score", 0.5), ("side", "right"), ("location", "upper")],
)
def test_a_box_is_told_as_a_share_of_its_image(name: str, value: float | str) -> None:
    assert box_field(BOX, name) == (value, None)


def test_the_right_of_the_image_is_the_left_of_the_patient() -> None:
    assert box_field(Box(150, 0, 170, 10, None, 100, 200), "side") == ("left", None)


@pytest.mark.parametrize(("y0", "third"), [(0, "upper"), (45, "mid"), (90, "lower")])
def test_the_height_has_three_thirds(y0: float, third: str) -> None:
    assert box_field(Box(0, y0, 20, y0 + 10, None, 100, 200), "location")[0] == third


def test_a_box_of_a_volume_is_a_share_of_the_volume() -> None:
    assert box_field(Box(0, 0, 20, 10, None, 100, 200, 0, 5, 10), "area") == (0.005, None)


def test_half_of_the_box_is_inside_the_mask() -> None:
    assert share("inside", BOX, Marked(MASK)) == (0.5, None)


def test_a_mask_of_another_size_cannot_be_asked() -> None:
    value, reason = share("inside", BOX, Marked(MASK[:50]))
    assert value is None
    assert reason == "the box is counted in 100 rows, the other region in 50"


def test_a_small_box_within_a_large_one_overlaps_wholly_and_is_inside() -> None:
    large, small = Box(0, 0, 100, 100), Box(0, 0, 10, 10)
    assert share("overlaps", large, Marked(small)) == (1.0, None)
    assert share("inside", large, Marked(small)) == (0.01, None)
    assert share("inside", small, Marked(large)) == (1.0, None)


def test_boxes_in_a_volume_share_depth_as_well() -> None:
    one, other = Box(0, 0, 10, 10, z0=0, z1=10), Box(0, 0, 10, 10, z0=5, z1=15)
    assert share("inside", one, Marked(other)) == (0.5, None)


def test_a_mask_of_a_volume_is_asked_slice_by_slice() -> None:
    mask = np.zeros((10, 20, 20), bool)
    mask[:5] = True
    assert share("inside", Box(0, 0, 10, 10, z0=0, z1=10), Marked(mask)) == (0.5, None)
    assert share("inside", Box(0, 0, 10, 10), Marked(mask))[0] is None


def test_half_a_pixel_counts_half() -> None:
    assert share("inside", Box(9.5, 0, 10.5, 1), Marked(MASK)) == (0.5, None)
