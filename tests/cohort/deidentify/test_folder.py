"""Nothing that identifies leaves: every byte of the copies and every cell of the tables is searched for it."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

import fiducial as fd
from cohort.deidentify.stuffed import IDENTIFIERS, stuff
from fiducial.cohort.build import Built
from fiducial.cohort.deidentify.folder import copy_all
from fiducial.cohort.deidentify.pseudonyms import read_key
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.scans.dicom import quiet

WriteDicom = Callable[..., Path]
_TEXTS = ("LO", "SH", "LT", "ST", "UT")
COLUMNS = {"label.x": "ill"}


@pytest.fixture
def source(tmp_path: Path, write_dicom: WriteDicom) -> Path:
    """Three files of one patient, one of another, one that is damaged, and a table that names people."""
    for number, name in enumerate(("in/zweistein/first.dcm", "in/zweistein/second.dcm")):
        stuff(write_dicom(name), SOPInstanceUID=f"1.2.826.77.3.{number}")
    stuff(
        write_dicom("in/zweistein/later.dcm"),
        StudyDate="20210410",
        StudyInstanceUID="1.2.826.77.1.9",
        SOPInstanceUID="1.2.826.77.3.7",
    )
    stuff(
        write_dicom("in/other.dcm"),
        PatientID="MRN-4711-Y",
        StudyInstanceUID="1.2.826.77.1.8",
        SOPInstanceUID="1.2.826.77.3.8",
    )
    damaged = stuff(write_dicom("in/zweistein/broken.dcm"))
    damaged.write_bytes(damaged.read_bytes()[:-20])
    rows = [
        ("zweistein/first.dcm", "MRN-4711-X", "Zweistein", 93, 1, "a", "2021-04-05"),
        ("zweistein/second.dcm", "MRN-4711-X", "Zweistein", 93, 1, "a", "2021-04-05"),
        ("zweistein/later.dcm", "MRN-4711-X", "Zweistein", 93, 0, "b", "2021-04-10"),
        ("zweistein/broken.dcm", "MRN-4711-X", "Zweistein", 93, 0, "b", "2021-04-05"),
        ("other.dcm", "MRN-4711-Y", "Grumbach", 40, 0, "b", "2021-04-05"),
    ]
    header = ["path", "patient", "surname", "age", "ill", "arm", "acquired"]
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    (tmp_path / "in" / "labels.csv").write_text(text.getvalue())
    return tmp_path / "in"


def built(source: Path, unit: str = "image", **asked: object) -> Built:
    order = fd.Deidentification(source.parent / "copies", source.parent / "secret.key", **asked)  # type: ignore[arg-type]  # a mask at most
    return fd.build_deidentified(fd.Source(source, fd.Unit(unit), columns=COLUMNS, workers=1), order)


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*.dcm")))


def told(made: Built) -> str:
    assert made.cohort.files is not None
    tables = made.cohort.rows.write_csv() + made.cohort.files.drop("thumbnail").write_csv()
    return tables + json.dumps(made.notes)


def found(text: str, words: tuple[str, ...] = IDENTIFIERS) -> list[str]:
    return [word for word in words if word.lower() in text.lower()]


def test_no_byte_of_the_copies_identifies(source: Path) -> None:
    assert found(everything(source).decode("latin-1")) == list(IDENTIFIERS)
    built(source)
    assert found(everything(source.parent / "copies").decode("latin-1")) == []


def test_no_cell_and_no_note_identifies(source: Path) -> None:
    words = (*IDENTIFIERS, "first.dcm", "second.dcm", "later.dcm", "other.dcm", "broken.dcm", "MRN-4711-Y", "2021-")
    assert found(told(built(source)), words) == []


def test_no_name_of_a_copy_is_an_original_name(source: Path) -> None:
    built(source)
    names = [str(path.relative_to(source.parent)) for path in (source.parent / "copies").rglob("*")]
    assert found(" ".join(names), ("zweistein", "first", "second", "later", "other")) == []
    assert sum(name.endswith(".dcm") for name in names) == 4


def test_a_damaged_file_is_refused_and_not_copied(source: Path) -> None:
    made = built(source)
    assert made.cohort.files is not None
    failed = made.cohort.files.filter(pl.col("reason").is_not_null())
    assert failed.height == 1
    assert "cut off" in failed["reason"][0]
    assert not (source.parent / "copies" / failed["path"][0]).exists()


def test_the_names_of_refused_files_stay_beside_the_key_for_its_owner(source: Path) -> None:
    built(source)
    listed = source.parent / "secret.key.refused.csv"
    assert "broken.dcm" in listed.read_text()
    assert listed.stat().st_mode & 0o077 == 0


def test_intervals_within_a_patient_are_kept(source: Path) -> None:
    rows = built(source).cohort.rows.filter(pl.col("arm").is_not_null(), pl.col("age") == 90)
    dates = sorted(set(rows["acquired"].drop_nulls()))
    assert (dates[-1] - dates[0]).days == 5


def test_the_table_is_joined_by_the_same_stand_ins(source: Path) -> None:
    rows = built(source).cohort.rows
    assert rows["label.x"].null_count() == 0
    assert rows["patient"].n_unique() == 2
    assert set(rows["arm"]) == {"a", "b"}
    assert "surname" not in rows.columns


def test_the_same_key_gives_the_same_copies_and_another_key_others(source: Path, tmp_path: Path) -> None:
    copies = []
    for number, key in enumerate(("one.key", "one.key", "two.key")):
        order = fd.Deidentification(tmp_path / f"copies{number}", tmp_path / key)
        fd.build_deidentified(fd.Source(source, workers=1), order)
        copies.append(everything(order.folder))
    assert copies[0] == copies[1]
    assert copies[0] != copies[2]


def test_a_copy_that_is_there_is_not_made_again(source: Path) -> None:
    built(source)
    copies = sorted((source.parent / "copies").rglob("*.dcm"))
    copies[0].unlink()
    before = {path: path.stat().st_mtime_ns for path in copies[1:]}
    built(source)
    assert copies[0].exists()
    assert {path: path.stat().st_mtime_ns for path in copies[1:]} == before


def test_a_folder_with_other_files_is_refused_before_anything_is_written(source: Path) -> None:
    stranger = source.parent / "copies" / "holiday.jpg"
    stranger.parent.mkdir()
    stranger.write_bytes(b"x")
    with pytest.raises(UnusableInput, match="holds 1 file that"):
        built(source)
    assert [path.name for path in stranger.parent.rglob("*")] == ["holiday.jpg"]


@pytest.mark.parametrize(("folder", "key"), [("in/copies", "k"), (".", "k"), ("in", "k"), ("copies", "copies/k")])
def test_copies_originals_and_key_never_lie_together(source: Path, tmp_path: Path, folder: str, key: str) -> None:
    with pytest.raises(WrongUsage):
        fd.build_deidentified(fd.Source(source), fd.Deidentification(tmp_path / folder, tmp_path / key))
    assert not (tmp_path / key).exists()


def test_letters_that_may_be_burned_in_are_refused_or_masked(tmp_path: Path, write_dicom: WriteDicom) -> None:
    stuff(write_dicom("in/a.dcm", np.full((9, 9), 7, np.uint16)), BurnedInAnnotation="YES")
    with pytest.raises(UnusableInput, match="BurnedInAnnotation is YES"):
        built(tmp_path / "in")
    order = fd.Deidentification(tmp_path / "masked", tmp_path / "secret.key", fd.Mask(0, ((0, 0, 9, 2),)))
    fd.build_deidentified(fd.Source(tmp_path / "in", workers=1), order)
    assert len(list(order.folder.rglob("*.dcm"))) == 1


def originals(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """(kind, value) of what identifies, judged without our own lists: names, numbers, UIDs, private texts, dates.

    A private text that also stands in a public element (the model of the scanner) is judged as public.
    """
    public = {str(element.value) for element in dataset.iterall() if not element.tag.is_private}
    for element in dataset.iterall():
        if element.VR == "SQ" or element.value is None:
            continue
        for value in element.value if element.VM > 1 else [element.value]:
            text = str(value).strip()
            registered = text.startswith("1.2.840.10008.") or element.keyword.endswith("ClassUID")
            if element.VR == "UI" and not registered:
                yield "uid", text
            elif element.VR in ("DA", "DT") and len(text) >= 8:
                yield "date", text[:8]
            elif element.VR == "PN" or element.keyword in ("PatientID", "AccessionNumber", "InstitutionAddress"):
                yield "name", text
            elif element.tag.is_private and element.VR in _TEXTS and not any(text in other for other in public):
                yield "private", text


@pytest.mark.real
@pytest.mark.parametrize("folder", ["ct_slices_siim", "ct_pairs_sbu", "dicom_edge"])
@pytest.mark.parametrize("borders", [0, 3])
def test_nothing_of_real_headers_is_left(real_data: Path, tmp_path: Path, folder: str, borders: int) -> None:
    order = fd.Deidentification(tmp_path / "copies", tmp_path / "k", fd.Mask(borders))
    source = fd.Source(real_data / folder, fd.Unit.IMAGE)
    made = fd.build_deidentified(source, order)
    copies = copy_all(source, order, read_key(order.key))
    cells = told(made)
    bytes_of_all = everything(order.folder)
    assert len(copies.places) - len(copies.refused) >= 19
    for path, copy in copies.places.items():
        assert Path(path).stem not in cells
        if path in copies.refused:
            assert not (order.folder / copy).exists()
            continue
        own = (order.folder / copy).read_bytes()
        with quiet():
            before, after = dcmread(real_data / folder / path, force=True), dcmread(order.folder / copy)
            dates_after = {value for kind, value in originals(after) if kind == "date"}
            for kind, value in set(originals(before)):
                if kind == "date":
                    assert value not in dates_after, f"{path}: {value}"
                elif len(value) >= 6 and not value.isdigit():
                    assert value.encode() not in (own if kind == "private" else bytes_of_all), f"{path}: {kind} {value}"
                    assert value not in cells, f"{path}: {kind} {value}"
