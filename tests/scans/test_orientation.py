"""A box is turned exactly as its pixels are, in all eight orientations and every format that can carry one."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fiducial.errors import UnusableInput
from fiducial.scans.frame import frame_of
from fiducial.scans.orientation import Box, Frame, turn_box
from fiducial.scans.raster import read_raster

ORIENTATION = 0x0112
ROWS, COLUMNS = 40, 72


def lying(path: Path, box: tuple[int, int, int, int], orientation: int) -> Path:
    """An image with a bright rectangle, saved so that EXIF turns it."""
    pixels = np.zeros((ROWS, COLUMNS), np.uint8)
    pixels[box[1] : box[3], box[0] : box[2]] = 255
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    if path.suffix == ".tif":
        Image.fromarray(pixels).save(path, tiffinfo={ORIENTATION: orientation})
    else:
        Image.fromarray(pixels).save(path, exif=exif, quality=100)
    return path


def bright(path: Path) -> Box:
    """The box around what is bright in the pixels as they are read."""
    seen = read_raster(path).array[0] > 127
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


BOXES = st.tuples(
    st.integers(0, COLUMNS - 9), st.integers(0, ROWS - 9), st.integers(1, COLUMNS), st.integers(1, ROWS)
).map(lambda b: (b[0], b[1], min(COLUMNS, b[0] + 8 + b[2] % 20), min(ROWS, b[1] + 8 + b[3] % 20)))


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
@given(box=BOXES)
def test_a_box_lies_on_the_rectangle_that_was_drawn(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, orientation: int, box: tuple[int, int, int, int]
) -> None:
    path = lying(tmp_path_factory.mktemp("lying") / f"a{suffix}", box, orientation)
    frame = frame_of(path)
    assert frame == Frame(ROWS, COLUMNS, orientation)
    assert frame.upright == read_raster(path).array.shape[1:]
    slack = 1e-9 if suffix != ".jpg" else 1.0  # JPEG rings at an edge
    assert turn_box(box, frame) == pytest.approx(bright(path), abs=slack)


@given(box=st.tuples(*[st.floats(0, 30)] * 4), orientation=st.integers(1, 8))
def test_turning_keeps_the_area_and_stays_inside(box: Box, orientation: int) -> None:
    x0, y0, x1, y1 = box
    given_box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    frame = Frame(31, 47, orientation)
    turned = turn_box(given_box, frame)
    rows, columns = frame.upright
    assert 0 <= turned[0] <= turned[2] <= columns
    assert 0 <= turned[1] <= turned[3] <= rows
    area = (given_box[2] - given_box[0]) * (given_box[3] - given_box[1])
    assert (turned[2] - turned[0]) * (turned[3] - turned[1]) == pytest.approx(area, abs=1e-6)


@pytest.mark.parametrize("orientation", [0, 9, -1])
def test_an_orientation_that_exif_does_not_know_is_upright(orientation: int) -> None:
    assert turn_box((1, 2, 3, 4), Frame(10, 20, orientation)) == (1, 2, 3, 4)


def test_a_file_that_is_no_image_has_no_frame(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"nothing of the kind")
    with pytest.raises(UnusableInput, match="does not say how large"):
        frame_of(tmp_path / "a.png")
