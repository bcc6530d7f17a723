"""VinDr-CXR: three readers, one label, every box with its reader."""

from pathlib import Path

import pytest

from cohort.layouts.published import built, picture, write
from fiducial.cohort.layouts.contract import Source
from fiducial.cohort.layouts.vindr_cxr import VindrCxr
from fiducial.cohort.regions import CORNERS
from fiducial.errors import UnusableInput

HEADER = "image_id,class_name,class_id,rad_id,x_min,y_min,x_max,y_max"


def table(place: Path, *rows: str) -> Path:
    return write(place / "train.csv", HEADER, *rows)


def none(reader: str) -> str:
    return f"a,No finding,14,{reader},,,,"


def seen(reader: str, finding: str = "Nodule/Mass", box: str = "1,2,5,6") -> str:
    return f"a,{finding},8,{reader},{box}"


@pytest.mark.parametrize(
    ("rows", "label"),
    [
        ((seen("R1"), seen("R2"), none("R3")), 1),
        ((seen("R1"), none("R2"), none("R3")), 0),
        ((seen("R1"), seen("R1", box="7,2,9,6"), none("R2"), none("R3")), 0),
        ((seen("R1"), none("R2")), None),
    ],
    ids=["two of three", "one of three", "two boxes of one reader are one vote", "half is left open"],
)
def test_the_label_is_what_most_readers_saw(tmp_path: Path, rows: tuple[str, ...], label: int | None) -> None:
    found = built(table(tmp_path, *rows))
    assert (found.layout, found.cohort.rows["label.nodule_mass"].to_list()) == ("vindr-cxr", [label])
    assert any("exactly half" in note for note in found.notes) == (label is None)


def test_every_box_keeps_its_reader(tmp_path: Path) -> None:
    regions = built(table(tmp_path, seen("R1"), seen("R2", box="1,2,6,6"), none("R3"))).cohort.regions
    assert regions is not None
    assert regions.select("model", "box", "reader", *CORNERS, "rows").rows() == [
        ("truth", 0, "R1", 1, 2, 5, 6, None),
        ("truth", 1, "R2", 1, 2, 6, 6, None),
    ]


def test_the_size_comes_from_the_image(tmp_path: Path) -> None:
    table(tmp_path, seen("R1", box="1,2,50,6"))
    picture(tmp_path / "train" / "a.png")
    found = built(tmp_path)
    assert found.cohort.regions is not None
    assert found.cohort.regions.select("x1", "rows", "columns").row(0) == (12, 8, 12)
    assert any("clipped" in note for note in found.notes)


def test_an_image_that_nobody_finds_anything_in_has_no_finding(tmp_path: Path) -> None:
    rows = built(table(tmp_path, none("R1"), none("R2"), none("R3"))).cohort.rows
    assert rows.rows() == [("a", 3)]


def test_a_table_without_readers_is_not_recognised(tmp_path: Path) -> None:
    path = write(tmp_path / "train.csv", HEADER.replace("rad_id", "reader"), seen("R1"))
    assert not VindrCxr().recognises(Source(path))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (seen("R1", "Nodle/Mass"), "row 3: the class is 'Nodle/Mass'.* Did you mean 'Nodule/Mass'"),
        (seen("R1", box="1,2,3,"), "row 3: has half a box"),
        (seen("R1", "No finding"), "row 3: has half a box, or a box around 'No finding'"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused(tmp_path: Path, row: str, told: str) -> None:
    with pytest.raises(UnusableInput, match=told):
        built(table(tmp_path, none("R2"), row))
