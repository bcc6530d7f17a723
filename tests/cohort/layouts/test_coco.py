"""COCO: categories are labels, annotations are boxes, and an image without any is a no."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cohort.layouts.published import built, picture, write
from fiducial.cohort.regions import CORNERS
from fiducial.errors import UnusableInput

IMAGES = [{"id": 1, "file_name": "a.png", "width": 12, "height": 8}, {"id": 2, "file_name": "b.png"}]
BOX = {"id": 7, "image_id": 1, "category_id": 0, "bbox": [2, 3, 4, 2]}
CATEGORIES = [{"id": 0, "name": "Hip fracture"}, {"id": 1, "name": "hardware"}]


def document(path: Path, *annotations: dict[str, Any], **other: object) -> Path:
    told = {"images": IMAGES, "annotations": list(annotations), "categories": CATEGORIES} | other
    return write(path, json.dumps(told))


def release(place: Path, *annotations: dict[str, Any], orientation: int | None = None, **other: object) -> Path:
    for name in ("a.png", "b.png"):
        picture(place / "images" / name, orientation=orientation)
    document(place / "coco.json", *annotations, **other)
    return place


def test_categories_become_labels_and_annotations_boxes(tmp_path: Path) -> None:
    found = built(release(tmp_path, BOX))
    rows = found.cohort.rows
    assert (found.layout, rows["study"].to_list()) == ("coco", ["a", "b"])
    assert (rows["label.hip_fracture"].to_list(), rows["label.hardware"].to_list()) == ([1, 0], [0, 0])
    assert found.cohort.regions is not None
    assert found.cohort.regions.select("study", "finding", *CORNERS, "rows", "columns").rows() == [
        ("a", "hip_fracture", 2, 3, 6, 5, 8, 12)
    ]


def test_a_box_is_turned_with_an_image_that_lies_on_its_side(tmp_path: Path) -> None:
    regions = built(release(tmp_path, BOX, orientation=6)).cohort.regions
    assert regions is not None
    assert regions.select(*CORNERS, "rows", "columns").row(0) == (3, 2, 5, 6, 12, 8)


def test_an_annotation_without_a_box_is_a_label_alone(tmp_path: Path) -> None:
    cohort = built(release(tmp_path, {"id": 1, "image_id": 2, "category_id": 1, "bbox": []})).cohort
    assert cohort.rows["label.hardware"].to_list() == [0, 1]
    assert cohort.regions is not None
    assert cohort.regions.is_empty()


def test_the_json_may_lie_in_annotations_and_name_its_split(tmp_path: Path) -> None:
    release(tmp_path, BOX)
    (tmp_path / "annotations").mkdir()
    path = (tmp_path / "coco.json").rename(tmp_path / "annotations" / "instances_val2017.json")
    for source in (tmp_path, path):
        assert built(source).cohort.rows["split"].to_list() == ["tune", "tune"]


def test_images_of_one_name_in_two_splits_stay_two(tmp_path: Path) -> None:
    for split in ("train", "valid"):
        picture(tmp_path / split / "a.png")
        document(tmp_path / split / "_annotations.coco.json", BOX, images=IMAGES[:1])
    cohort = built(tmp_path).cohort
    assert cohort.rows.select("study", "split").rows() == [("train/a", "train"), ("valid/a", "tune")]
    assert cohort.regions is not None
    assert cohort.regions["study"].to_list() == ["train/a", "valid/a"]


def test_a_table_that_is_named_goes_first_unless_the_layout_is_named_too(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "path,ward", "a.png,north", "b.png,south")
    release(tmp_path, BOX)
    assert built(tmp_path, table=table).layout == "image-folder"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (BOX | {"image_id": 9}, "coco.json: annotation 7: names the image 9, which the file does not list"),
        (BOX | {"category_id": 9}, "annotation 7: names the category 9"),
        (BOX | {"bbox": [1, 2, 3]}, "coco.json: annotations.0.bbox"),
        (BOX | {"bbox": [1, 2, float("nan"), 3]}, "coco.json: annotations.0.bbox"),
    ],
)
def test_an_annotation_that_cannot_be_right_is_refused(tmp_path: Path, wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(UnusableInput, match=told):
        built(release(tmp_path, wrong))


def test_a_json_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = release(tmp_path, BOX) / "coco.json"
    path.write_text(path.read_text()[:-30])
    with pytest.raises(UnusableInput, match=r"coco.json: the file: Invalid JSON"):
        built(tmp_path)


@pytest.mark.real
def test_the_boxes_of_fracatlas_are_those_of_its_table(real_data: Path) -> None:
    folder = real_data / "fracture_fracatlas"
    found = built(folder)
    regions = found.cohort.regions
    assert regions is not None
    assert (found.layout, found.cohort.rows.height, regions.height) == ("coco", 680, 544)
    assert found.cohort.rows["label.fractured"].sum() == 420
    published = pl.read_csv(folder / "boxes.csv").select("x", "y", "w", "h").sort("x", "y")
    ours = regions.select("x0", "y0", w=pl.col("x1") - pl.col("x0"), h=pl.col("y1") - pl.col("y0")).sort("x0", "y0")
    assert ours.to_numpy() == pytest.approx(published.to_numpy(), abs=0.011)
