"""One picture for every bit depth, sign, polarity and size."""

import numpy as np
import pytest

from fiducial.scans.plane import grey_plane, middle_slice
from fiducial.scans.scan import Scan

RAMP = np.arange(40 * 50, dtype=np.int64).reshape(40, 50)


@pytest.mark.parametrize(("kind", "offset"), [("u2", 0), ("i2", -1000), ("i4", -1000), ("f4", -1000), ("f8", 0)])
def test_the_type_of_the_pixels_does_not_count(kind: str, offset: int) -> None:
    assert np.abs(grey_plane((RAMP + offset).astype(kind)).astype(int) - grey_plane(RAMP)).max() <= 1


def test_brightness_and_contrast_do_not_count() -> None:
    assert np.abs(grey_plane(RAMP * 7 + 300).astype(int) - grey_plane(RAMP)).max() <= 1


def test_what_is_brighter_than_the_rest_keeps_a_level_of_its_own() -> None:
    marked = np.tile(np.arange(100, dtype=np.uint8), (100, 1))
    marked[5, 5] = 110
    plane = grey_plane(marked)
    assert plane[5, 5] > plane[:, 99].max()


@pytest.mark.parametrize("kind", ["u1", "u2", "i2", "f4"])
def test_monochrome1_is_inverted(kind: str) -> None:
    stored = (RAMP // 8 - (100 if kind not in {"u1", "u2"} else 0)).astype(kind)
    plane = grey_plane(middle_slice(Scan(stored[None], None, {"PhotometricInterpretation": "MONOCHROME1"})))
    assert plane[0, 0] > 195
    assert plane[-1, -1] < 5


def test_the_whole_range_of_a_type_can_be_inverted() -> None:
    stored = np.array([[[-32768, 0, 32767]]], np.int16)
    inverted = middle_slice(Scan(stored, None, {"PhotometricInterpretation": "MONOCHROME1"}))
    assert inverted.tolist() == [[65535, 32767, 0]]


def test_the_middle_slice_is_what_is_looked_at() -> None:
    volume = np.random.default_rng(0).integers(0, 255, (3, 40, 50)).astype(np.uint8)
    assert middle_slice(Scan(volume, None, {})).tolist() == volume[1].tolist()


def test_colour_becomes_its_brightness() -> None:
    picture = np.zeros((1, 4, 4, 3), np.uint8)
    picture[..., 1] = 100
    assert np.allclose(middle_slice(Scan(picture, None, {})), 58.7)


@pytest.mark.parametrize("shape", [(1, 1), (1, 2000), (2500, 2048), (600, 3)])
def test_any_shape_gives_a_small_plane(shape: tuple[int, int]) -> None:
    plane = grey_plane(np.zeros(shape, np.uint16))
    assert plane.ndim == 2
    assert not plane.any()
    assert max(plane.shape) < 1024 or 1 in plane.shape


def test_values_that_are_no_numbers_are_the_lowest() -> None:
    odd = RAMP.astype(np.float32)
    odd[0, 1:3] = np.nan, np.inf
    assert middle_slice(Scan(odd[None], None, {}))[0, :4].tolist() == [0, 0, 0, 3]
