"""The body is found where it was put, whatever the brightness, and a border is as wide as it was drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiducial.scans.geometry import body_box, body_in_frame
from fiducial.scans.plane import middle_slice
from fiducial.scans.scan import Array, Scan


def frame(top: int, left: int, height: int = 60, width: int = 40, side: int = 200) -> Array:
    plane = np.full((side, side), 20, dtype=np.uint8)
    plane[top : top + height, left : left + width] = 200
    return plane


@settings(deadline=None, max_examples=30)
@given(top=st.integers(0, 140), left=st.integers(0, 160))
def test_the_body_is_found_where_it_lies(top: int, left: int) -> None:
    found = body_in_frame(frame(top, left))
    assert found.body_row == pytest.approx((top + 30) / 200, abs=0.02)
    assert found.body_column == pytest.approx((left + 20) / 200, abs=0.02)
    assert found.body_height == pytest.approx(0.3, abs=0.03)
    assert found.body_area == pytest.approx(0.06, abs=0.01)


@settings(deadline=None, max_examples=30)
@given(gain=st.floats(0.5, 20), offset=st.floats(-1000, 1000))
def test_gain_and_offset_do_not_move_the_body(gain: float, offset: float) -> None:
    plane = frame(50, 60)
    other = (plane * gain + offset).astype(np.float32)
    assert body_in_frame(other).measures() == body_in_frame(plane).measures()


def test_an_inverted_radiograph_has_the_same_body() -> None:
    plane = frame(50, 60)
    inverted = middle_slice(Scan(220 - plane[None], None, {"PhotometricInterpretation": "MONOCHROME1"}))
    assert body_in_frame(inverted).body_row == body_in_frame(plane).body_row


def test_a_black_border_is_as_wide_as_it_was_drawn() -> None:
    plane = np.random.default_rng(1).integers(50, 255, (100, 100)).astype(np.uint8)
    assert body_in_frame(plane).border_black == 0
    plane[:10] = 0
    assert body_in_frame(plane).border_black == pytest.approx(0.1 / 4)
    assert body_in_frame(255 - plane).border_white == pytest.approx(0.1 / 4)


def test_the_field_of_view_is_spacing_times_size() -> None:
    assert body_in_frame(frame(0, 0), (np.nan, 0.5, 0.5)).field_width == 100
    assert body_in_frame(frame(0, 0)).field_width is None


@pytest.mark.parametrize(
    "plane", [np.zeros((1, 1)), np.full((3, 500), 7.0), middle_slice(Scan(np.full((1, 9, 9), np.nan), None, {}))]
)
def test_an_image_of_nothing_has_no_body_and_no_border(plane: Array) -> None:
    found = body_in_frame(plane)
    assert (found.body_area, found.border_black, found.border_white) == (0, 0, 0)


def test_the_box_cuts_the_body_out() -> None:
    plane = frame(50, 60)
    assert body_box(plane).of(plane).mean() > 180
