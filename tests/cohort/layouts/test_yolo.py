"""YOLO: fractions of the sides become pixels, and a broken text file costs its own image alone."""

from pathlib import Path

import pytest

from cohort.layouts.published import built, picture, write
from fiducial.cohort.regions import CORNERS
from fiducial.errors import UnusableInput


@pytest.fixture
def release(tmp_path: Path) -> Path:
    write(tmp_path / "classes.txt", "fracture", "hardware")
    for name in ("a", "b"):
        picture(tmp_path / "images" / f"{name}.png")
    write(tmp_path / "labels" / "a.txt", "1 0.5 0.5 0.5 0.25")
    return tmp_path


def test_fractions_become_pixels_and_no_file_means_none(release: Path) -> None:
    found = built(release)
    assert found.layout == "yolo"
    assert found.cohort.rows.select("study", "label.fracture", "label.hardware").rows() == [("a", 0, 1), ("b", 0, 0)]
    assert found.cohort.regions is not None
    assert found.cohort.regions.select("finding", *CORNERS, "rows", "columns").rows() == [
        ("hardware", 3, 3, 9, 5, 8, 12)
    ]
    assert any("1 image without a text file" in note for note in found.notes)


def test_a_box_is_turned_with_an_image_that_lies_on_its_side(release: Path) -> None:
    picture(release / "images" / "a.png", orientation=6)
    write(release / "labels" / "a.txt", "1 0.25 0.5 0.5 1")
    regions = built(release).cohort.regions
    assert regions is not None
    assert regions.select(*CORNERS, "rows", "columns").row(0) == (0, 0, 8, 6, 12, 8)


def test_a_polygon_becomes_the_box_around_it(release: Path) -> None:
    write(release / "labels" / "a.txt", "0 0.25 0.25 0.5 0.25 0.5 0.75")
    regions = built(release).cohort.regions
    assert regions is not None
    assert regions.select(CORNERS).row(0) == (3, 2, 6, 6)


@pytest.mark.parametrize("line", ["2 0.5 0.5 0.5 0.5", "0 0.5 0.5 0.5", "0 a 0.5 0.5 0.5", "0 100 50 20 20", "0"])
def test_a_broken_text_file_is_told_and_leaves_its_image_without_labels(release: Path, line: str) -> None:
    write(release / "labels" / "b.txt", "0 0.5 0.5 0.5 0.5", line)
    found = built(release)
    assert found.cohort.rows["label.fracture"].to_list() == [0, None]
    assert any("1 text file breaking the form" in note and "labels/b.txt: line 2" in note for note in found.notes)


@pytest.mark.parametrize(
    "names",
    ["names: ['fracture', 'hardware']", "names:\n  0: fracture\n  1: hardware", "names:\n- fracture\n- hardware"],
)
def test_classes_may_stand_in_a_yaml(release: Path, names: str) -> None:
    (release / "classes.txt").unlink()
    write(release / "data.yaml", "nc: 2", names, "train: images/train  # 100 images")
    assert built(release).cohort.findings == ["fracture", "hardware"]


@pytest.mark.parametrize("form", ["images/{}/a.png labels/{}/a.txt", "{}/images/a.png {}/labels/a.txt"])
def test_the_split_stands_in_the_folders(tmp_path: Path, form: str) -> None:
    write(tmp_path / "data.yaml", "names: [fracture]")
    for split in ("train", "val"):
        image, label = form.replace("{}", split).split()
        picture(tmp_path / image)
        write(tmp_path / label, "0 0.5 0.5 0.5 0.5")
    rows = built(tmp_path).cohort.rows
    assert (rows["split"].to_list(), rows["label.fracture"].to_list()) == (["train", "tune"], [1, 1])


def test_a_list_without_classes_is_refused(release: Path) -> None:
    (release / "classes.txt").write_text("\n")
    with pytest.raises(UnusableInput, match="names no class"):
        built(release)
