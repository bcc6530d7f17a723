"""A folder of DICOM becomes rows by study, series or image, joined to a table; nothing unreadable is lost."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from fiducial.cohort.layouts.contract import Listing, Source, Unit
from fiducial.cohort.layouts.dicom_folder import DicomFolder
from fiducial.errors import UnusableInput

WriteDicom = Callable[..., Path]


def listed(folder: Path, unit: Unit = Unit.STUDY, columns: dict[str, str] | None = None) -> Listing:
    return DicomFolder().list(Source(folder, unit, columns=columns or {}, workers=1))


def only(folder: Path) -> dict[str, object]:
    return listed(folder).rows.frame.row(0, named=True)


def test_the_header_fills_the_named_columns(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm", PatientID="p7", InstitutionName="St Mary", Manufacturer="GE", ManufacturerModelName="CT 7",
                StudyDate="20240229", PatientAge="018M", PatientSex="F")  # fmt: skip
    row = only(tmp_path)
    assert row | {"study": "1.2.3", "patient": "p7", "path": "a.dcm", "site": "St Mary", "scanner": "GE CT 7",
                  "acquired": date(2024, 2, 29), "age": 1.5, "sex": "F"} == row  # fmt: skip


def test_age_comes_from_the_birth_date_where_none_is_given(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm", StudyDate="20240101", PatientBirthDate="19840101")
    assert only(tmp_path)["age"] == pytest.approx(40, abs=0.01)


def test_tags_describe_and_do_not_identify(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm", PatientName="A^B", AccessionNumber="7", InstanceNumber="3", KVP="120", StudyID="9")
    tags = {name for name in only(tmp_path) if name.startswith("tag.")}
    assert {"tag.KVP", "tag.Modality", "tag.SOPClassUID"} <= tags
    assert not any(word in name for name in tags for word in ("Name", "PatientID", "Instance", "Accession", "StudyID"))


@pytest.mark.parametrize(("unit", "count"), [(Unit.STUDY, 1), (Unit.SERIES, 2), (Unit.IMAGE, 3)])
def test_the_unit_says_what_a_row_is(tmp_path: Path, write_dicom: WriteDicom, unit: Unit, count: int) -> None:
    for name, series in (("a", "1.1"), ("b", "1.1"), ("c", "1.2")):
        write_dicom(f"{name}.dcm", SeriesInstanceUID=series)
    assert listed(tmp_path, unit).rows.frame.height == count


def test_what_varies_within_a_study_is_said_to_vary(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("x/a.dcm", KVP="120", Modality="CT")
    write_dicom("x/b.dcm", KVP="80", Modality="CT")
    row = only(tmp_path)
    assert (row["tag.KVP"], row["tag.Modality"], row["path"]) == ("(varies)", "CT", "x")


def test_a_file_without_a_study_uid_is_known_by_its_path(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm", StudyInstanceUID=None)
    found = listed(tmp_path)
    assert found.rows.frame["study"].to_list() == ["a.dcm"]
    assert "1 file: no StudyInstanceUID: the path was taken as the key (first: a.dcm)" in found.notes


def test_two_patients_under_one_study_leave_the_patient_empty(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm", PatientID="p1")
    write_dicom("b.dcm", PatientID="p2")
    found = listed(tmp_path)
    assert found.rows.frame.get_column("patient", default=pl.Series([None])).to_list() == [None]
    assert "another PatientID" in " ".join(found.notes)


def test_copies_under_one_uid_share_a_row_and_are_both_listed(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm", SOPInstanceUID="1.9")
    write_dicom("b.dcm", SOPInstanceUID="1.9")
    found = listed(tmp_path, Unit.IMAGE)
    assert found.files is not None
    assert (found.rows.frame.height, found.files["study"].to_list()) == (1, ["1.9", "1.9"])
    assert "copies of one image" in found.notes[0]


def test_two_images_under_one_uid_are_no_copies(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm", np.zeros((3, 3), np.uint8), SOPInstanceUID="1.9")
    write_dicom("b.dcm", SOPInstanceUID="1.9")
    write_dicom("c.dcm", SOPInstanceUID="1.9").write_bytes((tmp_path / "b.dcm").read_bytes()[:-5])
    told = " ".join(listed(tmp_path, Unit.IMAGE).notes)
    assert "copies of one image" not in told
    assert "on other pixels: cohort check names them (first: b.dcm)" in told
    assert "whether they are copies is unknown (first: c.dcm)" in told


def test_malformed_values_are_left_empty_and_counted(tmp_path: Path, write_dicom: WriteDicom) -> None:
    for name in ("a", "b"):
        write_dicom(f"{name}.dcm", PatientAge="ABC", StudyDate="99999999")
    found = listed(tmp_path)
    assert "2 files: PatientAge is malformed and was left empty (first: a.dcm: 'ABC')" in found.notes
    assert "age" not in found.rows.frame.columns


def test_other_files_are_passed_by_and_counted(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm")
    for name in ("notes.txt", "README", "b.json"):
        (tmp_path / name).write_text("text")
    assert "3 files passed by: no DICOM" in listed(tmp_path).notes


def test_a_file_without_suffix_and_preamble_is_found(tmp_path: Path, write_dicom: WriteDicom) -> None:
    whole = write_dicom("a.dcm").read_bytes()
    (tmp_path / "IM0001").write_bytes(whole[132:])
    files = listed(tmp_path).files
    assert files is not None
    assert files["path"].to_list() == ["IM0001", "a.dcm"]


def test_a_file_whose_pixels_cannot_be_read_keeps_its_study(tmp_path: Path, write_dicom: WriteDicom) -> None:
    path = write_dicom("a.dcm")
    path.write_bytes(path.read_bytes()[:-5])
    found = listed(tmp_path)
    assert found.files is not None
    assert found.files.row(0, named=True)["study"] == "1.2.3"
    assert "cut off" in found.files["reason"][0]
    assert found.rows.frame["study"].to_list() == ["1.2.3"]


def test_a_file_that_is_no_dicom_belongs_to_no_study(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm")
    (tmp_path / "b.dcm").write_bytes(b"garbage" * 100)
    files = listed(tmp_path).files
    assert files is not None
    assert files.row(1, named=True) | {"path": "b.dcm", "study": None, "reason": "is not DICOM"} == files.row(
        1, named=True
    )


def test_an_unreadable_file_that_a_table_names_keeps_its_labels(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm")
    (tmp_path / "b.dcm").write_bytes(b"garbage" * 100)
    (tmp_path / "labels.csv").write_text("path,label.mass\na.dcm,0\nb.dcm,1\n")
    found = listed(tmp_path)
    assert found.files is not None
    assert found.rows.frame.select("study", "label.mass").rows() == [("1.2.3", 0), ("b.dcm", 1)]
    assert found.files["study"].to_list() == ["1.2.3", "b.dcm"]


def test_a_file_that_a_table_names_and_nobody_has_is_listed(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm")
    (tmp_path / "labels.csv").write_text("path,label.mass\na.dcm,0\nc.dcm,1\n")
    files = listed(tmp_path).files
    assert files is not None
    assert files.select("path", "study", "reason").rows()[1] == ("c.dcm", "c.dcm", "no such file")


@pytest.mark.parametrize(("column", "value"), [("study", "1.2.3"), ("series", "1.2.3.4"), ("patient", "p1")])
def test_a_table_is_joined_by_any_key(tmp_path: Path, write_dicom: WriteDicom, column: str, value: str) -> None:
    write_dicom("a.dcm")
    (tmp_path / "labels.csv").write_text(f"{column},label.mass\n{value},1\n9,0\n")
    found = listed(tmp_path)
    assert found.rows.frame["label.mass"].to_list() == [1]
    assert "1 row of labels.csv without a file" in found.notes


def test_labels_that_contradict_each_other_within_a_study_are_left_out(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm")
    write_dicom("b.dcm")
    (tmp_path / "labels.csv").write_text("path,label.mass\na.dcm,0\nb.dcm,1\n")
    found = listed(tmp_path)
    assert found.rows.frame["label.mass"].to_list() == [None]
    assert "label.mass: 1 decision with images of different labels" in " ".join(found.notes)


def test_a_column_of_the_headers_can_be_renamed(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm", StationName="CT-2")
    found = listed(tmp_path, columns={"site": "tag.StationName"})
    assert found.rows.frame["site"].to_list() == ["CT-2"]


def test_a_table_that_cannot_be_joined_is_an_error_where_it_was_named(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm")
    (tmp_path / "labels.csv").write_text("file,label\na.dcm,0\n")
    source = Source(tmp_path, table=tmp_path / "labels.csv", workers=1)
    with pytest.raises(UnusableInput, match=r"--column path=.* It has: file, label"):
        DicomFolder().list(source)


def test_a_table_of_other_files_is_not_joined_and_it_is_said_why(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm")
    (tmp_path / "labels.csv").write_text("path,label.mass\nx.png,0\n")
    note = " ".join(listed(tmp_path).notes)
    assert "was not joined: labels.csv: does not fit the folder" in note
    assert "it names 'x.png', the folder holds 'a.dcm'" in note


def test_a_wrong_label_is_told_with_its_row_in_the_table(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm")
    (tmp_path / "labels.csv").write_text("path,label.mass\na.dcm,2\n")
    with pytest.raises(UnusableInput, match=r"labels.csv: row 2: label.mass must be"):
        DicomFolder().list(Source(tmp_path, table=tmp_path / "labels.csv", workers=1))


def test_flat_images_are_marked(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm", np.zeros((3, 3), np.uint8))
    write_dicom("b.dcm")
    files = listed(tmp_path).files
    assert files is not None
    assert files["flat"].to_list() == [True, False]


def test_a_folder_without_dicom_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    with pytest.raises(UnusableInput, match="none of its 1 files is DICOM"):
        listed(tmp_path)
