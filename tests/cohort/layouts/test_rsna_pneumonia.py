"""RSNA pneumonia: several rows an image are its boxes."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cohort.layouts.published import built, write
from fiducial.cohort.layouts.contract import Source
from fiducial.cohort.layouts.rsna_pneumonia import RsnaPneumonia
from fiducial.cohort.regions import CORNERS
from fiducial.errors import UnusableInput

NAME = "stage_2_train_labels.csv"
HEADER = "patientId,x,y,width,height,Target"
ILL, TOO = "i1,264.0,152.0,213.0,379.0,1", "i1,562.0,152.0,256.0,453.0,1"
HEALTHY = "i2,,,,,0"


def test_boxes_of_one_image_become_one_row_and_two_regions(tmp_path: Path) -> None:
    found = built(write(tmp_path / NAME, HEADER, ILL, TOO, HEALTHY))
    assert found.layout == "rsna-pneumonia"
    assert found.cohort.rows.rows() == [("i1", 1), ("i2", 0)]
    regions = found.cohort.regions
    assert regions is not None
    assert regions.select("study", "finding", "box", *CORNERS, "rows").rows() == [
        ("i1", "pneumonia", 0, 264, 152, 477, 531, 1024),
        ("i1", "pneumonia", 1, 562, 152, 818, 605, 1024),
    ]


def test_the_class_is_joined_as_a_stratum(tmp_path: Path) -> None:
    write(tmp_path / NAME, HEADER, ILL, TOO, HEALTHY)
    write(
        tmp_path / "stage_2_detailed_class_info.csv",
        "patientId,class",
        "i1,Lung Opacity",
        "i1,Lung Opacity",
        "i2,Normal",
    )
    cohort = built(tmp_path).cohort
    assert (cohort.strata, cohort.rows["class"].to_list()) == (["class"], ["Lung Opacity", "Normal"])


def test_no_patient_is_made_up_from_the_name_of_an_image(tmp_path: Path, write_dicom: Callable[..., Path]) -> None:
    write(tmp_path / NAME, HEADER, HEALTHY)
    write_dicom("stage_2_train_images/i2.dcm", PatientID="i2", PatientSex="F")
    found = built(tmp_path)
    assert ("patient" in found.cohort.rows.columns, found.cohort.rows["sex"].to_list()) == (False, ["F"])
    assert any("patientId names an image" in note for note in found.notes)


def test_the_published_mapping_gives_the_patients(tmp_path: Path) -> None:
    write(tmp_path / NAME, HEADER, ILL, HEALTHY)
    mapping = [{"subset_img_id": "i1", "img_id": "00000013_005.png"}]
    (tmp_path / "pneumonia-challenge-dataset-mappings_2018.json").write_text(json.dumps(mapping))
    found = built(tmp_path)
    assert found.cohort.rows["patient"].to_list() == ["00000013", None]
    assert any("1 image without a patient" in note for note in found.notes)


def test_the_user_may_say_that_each_image_is_a_patient(tmp_path: Path) -> None:
    path = write(tmp_path / NAME, HEADER, ILL, HEALTHY)
    assert built(path, patient="patientId").cohort.rows["patient"].to_list() == ["i1", "i2"]


def test_boxes_are_scaled_to_a_smaller_copy(tmp_path: Path, write_dicom: Callable[..., Path]) -> None:
    write(tmp_path / NAME, HEADER, ILL)
    write_dicom("stage_2_train_images/i1.dcm", np.zeros((512, 512), np.uint16))
    regions = built(tmp_path).cohort.regions
    assert regions is not None
    assert regions.select(*CORNERS, "rows").row(0) == (132, 76, 238.5, 265.5, 512)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ((ILL, "i1,,,,,0"), "rows 2 and 3 give i1 different values of Target"),
        ((HEALTHY, "i3,1,1,1,1,0"), "row 3: Target is 0; a row has a whole box exactly where it is 1"),
        ((HEALTHY, "i3,,,,,1"), "row 3: Target is 1"),
        ((HEALTHY, "i3,1,a,1,1,1"), "row 3: y must be a number"),
    ],
)
def test_rows_that_cannot_be_right_are_refused_by_number(tmp_path: Path, rows: tuple[str, ...], told: str) -> None:
    with pytest.raises(UnusableInput, match=told):
        built(write(tmp_path / NAME, HEADER, *rows))


def test_the_table_of_classes_alone_is_not_recognised(tmp_path: Path) -> None:
    path = write(tmp_path / "stage_2_detailed_class_info.csv", "patientId,class", "i1,Normal")
    assert not RsnaPneumonia().recognises(Source(path))


def test_two_classes_of_one_image_are_refused(tmp_path: Path) -> None:
    write(tmp_path / NAME, HEADER, ILL)
    write(tmp_path / "stage_2_detailed_class_info.csv", "patientId,class", "i1,Normal", "i1,Lung Opacity")
    with pytest.raises(UnusableInput, match="rows 2 and 3 give i1 different values of class"):
        built(tmp_path)


def test_a_mapping_of_another_form_is_refused(tmp_path: Path) -> None:
    write(tmp_path / NAME, HEADER, ILL)
    (tmp_path / "pneumonia-challenge-dataset-mappings_2018.json").write_text('["i1"]')
    with pytest.raises(UnusableInput, match="is not the list of subset_img_id and img_id"):
        built(tmp_path)
