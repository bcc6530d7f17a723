"""CheXpert: patients from paths, and uncertain labels that are neither yes nor no."""

from pathlib import Path

import pytest

from cohort.layouts.published import built, picture, write
from fiducial.cohort.layouts.contract import Unit
from fiducial.cohort.layouts.findings import CHEXPERT, finding_name
from fiducial.errors import UnusableInput

HEADER = "Path,Sex,Age,Frontal/Lateral,AP/PA," + ",".join(CHEXPERT)


def row(path: str, plane: str = "Frontal", view: str = "AP", **labels: str) -> str:
    told = [labels.get(finding_name(name), "") for name in CHEXPERT]
    return ",".join((path, "Female", "68", plane, view, *told))


FIRST = "train/patient00001/study1/view1_frontal.jpg"


@pytest.mark.parametrize("prefix", ["CheXpert-v1.0-small/", "CheXpert-v1.0/", ""])
def test_patient_and_study_come_from_the_path(tmp_path: Path, prefix: str) -> None:
    write(tmp_path / "train.csv", HEADER, row(prefix + FIRST, edema="1.0", fracture="0.0"))
    picture(tmp_path / FIRST)
    found = built(tmp_path)
    told = found.cohort.rows.row(0, named=True)
    expected = {"study": "patient00001/study1", "patient": "patient00001", "path": FIRST, "age": 68, "sex": "Female",
                "view": "AP", "plane": "Frontal", "split": "train", "label.edema": 1, "label.fracture": 0}  # fmt: skip
    assert (found.layout, told | expected) == ("chexpert", told)


def test_uncertain_and_blank_are_no_label_and_the_uncertain_are_named(tmp_path: Path) -> None:
    found = built(write(tmp_path / "train.csv", HEADER, row(FIRST, edema="-1.0", pneumonia="-1.0")))
    told = found.cohort.rows.row(0, named=True)
    assert (told["label.edema"], told["label.fracture"]) == (None, None)
    assert told["uncertain"] == "edema|pneumonia"
    assert "train.csv: 2 labels are uncertain (-1): left empty, and named in the column 'uncertain'" in found.notes


def test_nothing_uncertain_is_told_by_an_empty_cell(tmp_path: Path) -> None:
    found = built(write(tmp_path / "train.csv", HEADER, row(FIRST, edema="1.0")))
    assert (found.cohort.rows["uncertain"].to_list(), len(found.notes)) == ([None], 1)


def test_two_views_are_one_study_or_two_images(tmp_path: Path) -> None:
    lateral = FIRST.replace("view1_frontal", "view2_lateral")
    path = write(tmp_path / "train.csv", HEADER, row(FIRST, edema="1.0"), row(lateral, "Lateral", "", edema="1.0"))
    study, image = built(path).cohort.rows, built(path, Unit.IMAGE).cohort.rows
    assert (study.height, study["label.edema"].to_list(), study["plane"].to_list()) == (1, [1], ["(varies)"])
    assert image["study"].to_list() == [f"patient00001/study1/{name}" for name in ("view1_frontal", "view2_lateral")]


def test_valid_is_tune(tmp_path: Path) -> None:
    write(tmp_path / "train.csv", HEADER, row(FIRST))
    write(tmp_path / "valid.csv", HEADER, row("valid/patient64541/study1/view1_frontal.jpg"))
    assert built(tmp_path).cohort.rows["split"].to_list() == ["train", "tune"]


def test_the_folders_of_the_large_release_are_found(tmp_path: Path) -> None:
    write(tmp_path / "train.csv", HEADER, row(f"CheXpert-v1.0/{FIRST}"))
    inside = "CheXpert-v1.0 batch 2 (train 1)/patient00001/study1/view1_frontal.jpg"
    picture(tmp_path / inside)
    cohort = built(tmp_path).cohort
    assert cohort.rows["path"].to_list() == [inside]


def test_a_path_of_another_form_is_refused_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"row 3: the path is 'a.jpg'; expected one that ends in patient"):
        built(write(tmp_path / "train.csv", HEADER, row(FIRST), row("a.jpg")))


def test_another_label_is_refused_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"row 2: Edema must be 1, 0, -1 \(uncertain\) or empty; got 2"):
        built(write(tmp_path / "train.csv", HEADER, row(FIRST, edema="2")))
