"""One picture for every bit depth, sign, polarity and size."""

import numpy as np
import pytest

from fiducial.scans.plane import grey_plane

RAMP = np.arange(40 * 50, dtype=np.int64).reshape(1, 40, 50)


@pytest.mark.parametrize(("kind", "offset"), [("u2", 0), ("i2", -1000), ("i4", -1000), ("f4", -1000), ("f8", 0)])
def test_the_type_of_the_pixels_does_not_count(kind: str, offset: int) -> None:
    assert np.abs(grey_plane((RAMP + offset).astype(kind)).astype(int) - grey_plane(RAMP)).max() <= 1


def test_brightness_and_contrast_do_not_count() -> None:
    assert np.abs(grey_plane(RAMP * 7 + 300).astype(int) - grey_plane(RAMP)).max() <= 1


def test_what_is_brighter_than_the_rest_keeps_a_level_of_its_own() -> None:
    marked = np.tile(np.arange(100, dtype=np.uint8), (1, 100, 1))
    marked[0, 5, 5] = 110
    plane = grey_plane(marked)
    assert plane[5, 5] > plane[:, 99].max()


def test_monochrome1_is_inverted() -> None:
    plane = grey_plane(RAMP, inverted=True)
    assert plane[0, 0] > 195
    assert plane[-1, -1] < 5


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 1, 2000), (1, 2, 2, 3), (1, 2500, 2048), (2, 600, 3, 3)])
def test_any_shape_gives_a_small_plane(shape: tuple[int, ...]) -> None:
    plane = grey_plane(np.zeros(shape, np.uint16))
    assert plane.ndim == 2
    assert not plane.any()
    assert max(plane.shape) < 1024 or 1 in plane.shape


def test_values_that_are_no_numbers_are_passed_over() -> None:
    odd = RAMP.astype(np.float32)
    odd[0, 0, :3] = np.nan, np.inf, -np.inf
    assert grey_plane(odd).max() > 150
