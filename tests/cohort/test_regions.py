"""The regions table: checked on entry, written beside the cohort and read back with it."""

from pathlib import Path

import polars as pl
import pytest

from fiducial.cohort.layouts.joining import tables_in
from fiducial.cohort.regions import REGIONS_SCHEMA, regions_path, validate_regions
from fiducial.cohort.table import Cohort, read_cohort, write_cohort
from fiducial.errors import UnusableInput
from fiducial.files.tables import Table

BOX = {"study": "a", "finding": "mass", "box": 0, "x0": 1.0, "y0": 2.0, "x1": 3.0, "y1": 4.0, "rows": 10, "columns": 20}


def table(*boxes: dict[str, object]) -> Table:
    return Table(pl.DataFrame([BOX | box for box in boxes], infer_schema_length=None), "regions.csv", 2)


def cohort(folder: Path, boxes: pl.DataFrame | None) -> Cohort:
    return Cohort(pl.DataFrame({"study": ["a", "b"]}), None, folder, regions=boxes)


def test_what_is_not_said_is_the_truth_on_the_clean_image() -> None:
    found = validate_regions(table({}))
    assert dict(found.schema) == {name: kind() for name, kind in REGIONS_SCHEMA.items()}
    assert found.row(0, named=True) == BOX | {"model": "truth", "condition": "clean", "score": None, "reader": None}


@pytest.mark.parametrize(
    "wrong",
    [{"x1": 1.0}, {"y1": 2.0}, {"x0": -0.5}, {"x1": 20.5}, {"y1": 10.5}, {"x0": 5.0}],
    ids=["no width", "no height", "left of it", "right of it", "below it", "inside out"],
)
def test_a_box_without_area_or_outside_is_refused_with_its_row(wrong: dict[str, float]) -> None:
    with pytest.raises(UnusableInput, match=r"regions.csv: row 3: the box .* of study 'a' has no area or leaves"):
        validate_regions(table({}, {"box": 1, **wrong}))


def test_a_box_over_the_whole_image_is_inside() -> None:
    assert validate_regions(table({"x0": 0.0, "y0": 0.0, "x1": 20.0, "y1": 10.0})).height == 1


def test_a_box_on_an_image_of_unknown_size_has_no_border_to_cross() -> None:
    assert validate_regions(table({"x1": 9999.0, "rows": None, "columns": None})).height == 1


@pytest.mark.parametrize(("name", "value"), [("score", 1.5), ("x0", "left"), ("rows", -1)])
def test_a_value_that_does_not_fit_is_refused(name: str, value: object) -> None:
    with pytest.raises(UnusableInput, match=f"row 2: {name} must be a number"):
        validate_regions(table({name: value}))


def test_a_repeated_box_is_refused() -> None:
    with pytest.raises(UnusableInput, match=r"row 3: repeats study='a', finding='mass'"):
        validate_regions(table({}, {}))


def test_boxes_come_back_with_their_cohort(tmp_path: Path) -> None:
    boxes = validate_regions(table({}, {"box": 1}))
    write_cohort(cohort(tmp_path, boxes), tmp_path / "c.parquet")
    read = read_cohort(tmp_path / "c.parquet").regions
    assert read is not None
    assert read.equals(boxes)


def test_boxes_of_a_study_that_was_taken_out_are_left_out(tmp_path: Path) -> None:
    write_cohort(cohort(tmp_path, validate_regions(table({}, {"study": "b"}))), tmp_path / "c.parquet")
    pl.DataFrame({"study": ["b"]}).write_parquet(tmp_path / "c.parquet")
    read = read_cohort(tmp_path / "c.parquet").regions
    assert read is not None
    assert read["study"].to_list() == ["b"]


def test_the_tables_of_a_written_cohort_are_not_taken_for_a_source(tmp_path: Path) -> None:
    write_cohort(cohort(tmp_path, validate_regions(table({}))), tmp_path / "c.parquet")
    assert tables_in(tmp_path) == []


@pytest.mark.parametrize("boxes", [None, validate_regions(table({})).clear()])
def test_boxes_of_an_earlier_cohort_of_that_name_do_not_stay(tmp_path: Path, boxes: pl.DataFrame | None) -> None:
    path = tmp_path / "c.parquet"
    write_cohort(cohort(tmp_path, validate_regions(table({}))), path)
    write_cohort(cohort(tmp_path, boxes), path)
    assert not regions_path(path).exists()
    assert read_cohort(path).regions is None


@pytest.mark.parametrize(("z0", "z1"), [(3.0, 3.0), (-1.0, 2.0), (3.0, 21.0)])
def test_a_box_stays_inside_its_volume(z0: float, z1: float) -> None:
    with pytest.raises(UnusableInput, match="row 2: the box from z"):
        validate_regions(table({"z0": z0, "z1": z1, "slices": 20}))


def test_depth_needs_both_ends() -> None:
    with pytest.raises(UnusableInput, match="no column 'z1'"):
        validate_regions(table({"z0": 0.0}))
