"""Boxes as drawn become boxes on the pixels as read."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from fiducial.cohort.layouts.boxes import DRAFT, frames_of, regions_of
from fiducial.cohort.layouts.contract import Listing
from fiducial.cohort.regions import CORNERS
from fiducial.cohort.table import FILES_SCHEMA
from fiducial.files.tables import Table
from fiducial.scans.orientation import Box, Frame


def drawn(*boxes: Box, on: tuple[int | None, int | None] = (None, None), finding: str = "mass") -> pl.DataFrame:
    rows = [("a", finding, *box, *on, None, f"t.csv: row {i + 2}") for i, box in enumerate(boxes)]
    return pl.DataFrame(rows, schema=DRAFT, orient="row")


def corners(found: pl.DataFrame) -> list[tuple[float, ...]]:
    return [tuple(round(value, 6) for value in row) for row in found.select(*CORNERS, "rows", "columns").rows()]


def test_a_box_on_a_larger_copy_is_scaled_to_the_file() -> None:
    found, notes = regions_of(drawn((100, 200, 300, 400), on=(1024, 1024)), {"a": Frame(512, 512)})
    assert (corners(found), notes) == ([(50, 100, 150, 200, 512, 512)], ())


def test_a_box_without_a_file_stays_as_it_was_drawn() -> None:
    found, notes = regions_of(drawn((100, 200, 300, 400), on=(1024, 1024)), {})
    assert (corners(found), notes) == ([(100, 200, 300, 400, 1024, 1024)], ())


@pytest.mark.parametrize("on", [(None, None), (40, 72), (80, 144)])
def test_a_box_on_the_stored_image_is_turned_with_it(on: tuple[int | None, int | None]) -> None:
    scale = 2 if on == (80, 144) else 1
    box = (10.0 * scale, 4.0 * scale, 20.0 * scale, 8.0 * scale)
    found, notes = regions_of(drawn(box, on=on), {"a": Frame(40, 72, 6)})
    assert corners(found) == [(32, 10, 36, 20, 72, 40)]
    assert notes == ("1 box turned upright with its image, as EXIF says (first: t.csv: row 2)",)


def test_a_box_that_was_drawn_on_the_upright_image_is_not_turned_again() -> None:
    found, notes = regions_of(drawn((32, 10, 36, 20), on=(72, 40)), {"a": Frame(40, 72, 6)})
    assert (corners(found), notes) == ([(32, 10, 36, 20, 72, 40)], ())


def test_a_box_on_an_image_of_another_shape_is_left_and_told() -> None:
    found, notes = regions_of(drawn((1, 1, 5, 5), on=(100, 300)), {"a": Frame(40, 72)})
    assert corners(found) == [(1, 1, 5, 5, 100, 300)]
    assert "another shape" in notes[0]


def test_a_box_that_crosses_the_border_is_clipped_and_told() -> None:
    found, notes = regions_of(drawn((-5, 4, 20, 99)), {"a": Frame(40, 72)})
    assert corners(found) == [(0, 4, 20, 40, 40, 72)]
    assert notes == ("1 box crossing the border of its image, clipped (first: t.csv: row 2)",)


@pytest.mark.parametrize("box", [(80.0, 4.0, 90.0, 8.0), (5.0, 4.0, 5.0, 8.0), (9.0, 4.0, 5.0, 8.0)])
def test_a_box_without_area_inside_is_left_out_and_told(box: Box) -> None:
    found, notes = regions_of(drawn((1, 1, 2, 2), box), {"a": Frame(40, 72)})
    assert found.height == 1
    assert notes == ("1 box without an area inside its image, left out (first: t.csv: row 3)",)


def test_boxes_are_counted_for_each_finding() -> None:
    both = pl.concat([drawn((1, 1, 2, 2), (1, 1, 3, 3)), drawn((1, 1, 2, 2), finding="nodule")])
    assert regions_of(both, {})[0]["box"].to_list() == [0, 1, 0]


def test_an_image_that_could_not_be_read_has_no_frame(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((4, 6), np.uint8)).save(tmp_path / "a.png")
    rows = [{"path": "a.png", "study": "a"}, {"path": "b.png", "study": "b", "reason": "is empty"}]
    files = pl.DataFrame(rows, schema=FILES_SCHEMA)
    listing = Listing(Table(pl.DataFrame({"study": ["a", "b"]}), "t", 0), files, tmp_path)
    assert frames_of(listing, pl.Series(["a", "a", "b"])) == {"a": Frame(4, 6)}
