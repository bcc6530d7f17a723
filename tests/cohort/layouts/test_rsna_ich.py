"""RSNA intracranial hemorrhage: six rows an image become one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cohort.layouts.published import built, write
from fiducial.cohort.layouts.rsna_ich import SUBTYPES
from fiducial.errors import UnusableInput

NAME = "stage_2_train.csv"


def rows(image: str, *positive: str) -> list[str]:
    return [f"{image}_{subtype},{int(subtype in positive)}" for subtype in SUBTYPES]


def test_six_rows_become_one_with_six_labels(tmp_path: Path) -> None:
    write(tmp_path / NAME, "ID,Label", *rows("ID_12cadc6af", "any", "subdural"), *rows("ID_38fd7baa0"))
    found = built(tmp_path / NAME)
    assert (found.layout, found.cohort.findings) == ("rsna-ich", list(SUBTYPES))
    assert found.cohort.rows.row(0) == ("ID_12cadc6af", 1, 0, 0, 0, 0, 1)
    assert found.cohort.rows.height == 2


def test_rows_that_repeat_are_counted_once_and_told(tmp_path: Path) -> None:
    write(tmp_path / NAME, "ID,Label", *rows("ID_854fba667", "any"), *rows("ID_854fba667", "any"))
    found = built(tmp_path / NAME)
    assert found.cohort.rows.height == 1
    assert "6 rows repeating an earlier row with the same label, counted once (first: row 8)" in found.notes


def test_rows_that_contradict_each_other_are_refused_with_both(tmp_path: Path) -> None:
    write(tmp_path / NAME, "ID,Label", *rows("ID_1"), "ID_1_subdural,1")
    with pytest.raises(UnusableInput, match="rows 7 and 8 give ID_1_subdural different labels"):
        built(tmp_path / NAME)


@pytest.mark.parametrize("wrong", ["ID_1_chronic,0", "subdural,0"])
def test_an_unknown_subtype_is_refused_with_its_row(tmp_path: Path, wrong: str) -> None:
    write(tmp_path / NAME, "ID,Label", *rows("ID_1"), wrong)
    with pytest.raises(UnusableInput, match=r"row 8: the ID is .* out of any, epidural"):
        built(tmp_path / NAME)


def test_a_missing_row_leaves_its_label_empty(tmp_path: Path) -> None:
    write(tmp_path / NAME, "ID,Label", *rows("ID_1"), *rows("ID_2")[:-1])
    found = built(tmp_path / NAME)
    assert found.cohort.rows["label.subdural"].to_list() == [0, None]
    assert any("1 image without a row for each of the six labels" in note for note in found.notes)


def test_any_that_contradicts_its_subtypes_is_told(tmp_path: Path) -> None:
    write(tmp_path / NAME, "ID,Label", *rows("ID_1", "subdural"))
    assert any("label.any is not what its five subtypes say" in note for note in built(tmp_path / NAME).notes)


def test_patients_and_tags_come_from_the_headers(tmp_path: Path, write_dicom: Callable[..., Path]) -> None:
    write(tmp_path / NAME, "ID,Label", *rows("ID_1"), *rows("ID_2"))
    for image in ("ID_1", "ID_2"):
        write_dicom(f"stage_2_train/{image}.dcm", PatientID="ID_p", SOPInstanceUID=image, Manufacturer="Acme")
    cohort = built(tmp_path).cohort
    assert cohort.rows["patient"].to_list() == ["ID_p", "ID_p"]
    assert cohort.rows["path"].to_list() == ["stage_2_train/ID_1.dcm", "stage_2_train/ID_2.dcm"]
    assert cohort.rows["tag.Manufacturer"].to_list() == ["Acme", "Acme"]


def test_an_image_that_is_not_there_is_listed_and_its_row_stays(
    tmp_path: Path, write_dicom: Callable[..., Path]
) -> None:
    write(tmp_path / NAME, "ID,Label", *rows("ID_1"), *rows("ID_2"))
    write_dicom("stage_2_train/ID_1.dcm")
    cohort = built(tmp_path).cohort
    assert cohort.files is not None
    assert cohort.rows.height == 2
    assert dict(cohort.files.select("study", "reason").iter_rows()) == {"ID_1": None, "ID_2": "no such file"}


def test_another_table_with_id_and_label_is_not_taken_for_it(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "ID,Label,study", "7,1,a")
    assert built(tmp_path / "a.csv").layout == "table"
