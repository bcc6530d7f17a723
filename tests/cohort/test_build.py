"""From a source to a validated cohort, whatever lies in between."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from fiducial.cohort import file_facts, reading
from fiducial.cohort.build import PREFERENCE, build_cohort
from fiducial.cohort.check import check_cohort
from fiducial.cohort.layouts.contract import Source, Unit
from fiducial.cohort.table import FILES_SCHEMA, Cohort, read_cohort, write_cohort
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.plugins import names
from fiducial.scans.scan import Array

WriteDicom = Callable[..., Path]


def test_every_layout_has_its_place_in_the_order() -> None:
    assert set(PREFERENCE) <= set(names("layouts"))


def test_dicom_goes_before_images(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm")
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / "a.png")
    assert build_cohort(Source(tmp_path)).layout == "dicom-folder"


def test_a_table_is_the_last_resort(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("study\na\n")
    assert build_cohort(Source(tmp_path / "a.csv")).layout == "table"


def test_an_empty_folder_is_refused_with_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"(?s)none of what was looked for:.*dicom-folder: .*table: "):
        build_cohort(Source(tmp_path))


def test_an_absent_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="there is no such file or folder"):
        build_cohort(Source(tmp_path / "nowhere"))


def test_an_unknown_layout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="Did you mean 'dicom-folder'"):
        build_cohort(Source(tmp_path), layout="dicom-foldr")


def test_a_repeated_study_is_told_with_its_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("study\na\nb\na\n")
    with pytest.raises(UnusableInput, match=r"a.csv: row 4: repeats study='a'"):
        build_cohort(Source(tmp_path / "a.csv"))


def test_named_columns_come_first_and_tags_last(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm")
    (tmp_path / "labels.csv").write_text("ward,path,label.mass\nnorth,a.dcm,1\n")
    columns = build_cohort(Source(tmp_path)).cohort.rows.columns
    assert columns[:5] == ["study", "patient", "path", "label.mass", "ward"]
    assert all(name.startswith("tag.") for name in columns[5:])


def test_an_unreadable_file_among_many_is_listed_and_the_others_are_read(
    tmp_path: Path, write_dicom: WriteDicom
) -> None:
    for number in range(40):
        write_dicom(f"{number:02}.dcm")
    (tmp_path / "20.dcm").write_bytes(b"DICM" * 50)
    files = build_cohort(Source(tmp_path, Unit.IMAGE, workers=2)).cohort.files
    assert files is not None
    assert dict(files.schema) == {name: kind() for name, kind in FILES_SCHEMA.items()}
    assert files.filter(files["reason"].is_not_null())["path"].to_list() == ["20.dcm"]
    assert files["path"].to_list() == sorted(files["path"])


def test_a_file_whose_decoder_raises_what_nobody_foresaw_keeps_its_study(
    tmp_path: Path, write_dicom: WriteDicom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> Array:
        raise MemoryError

    write_dicom("a.dcm")
    monkeypatch.setattr(file_facts, "pixels_of", broken)
    files = build_cohort(Source(tmp_path)).cohort.files
    assert files is not None
    assert files.select("study", "reason").row(0) == ("1.2.3", "MemoryError")


def test_progress_is_told_for_every_file(tmp_path: Path, write_dicom: WriteDicom) -> None:
    for name in ("a.dcm", "b.dcm"):
        write_dicom(name)
    told: list[tuple[int, int]] = []
    build_cohort(Source(tmp_path), told=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_hidden_files_are_not_looked_at(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm")
    write_dicom(".trash/b.dcm")
    write_dicom("._a.dcm")
    assert list(reading.walk(tmp_path)) == ["a.dcm"]


def test_a_file_name_that_is_no_text_stops_nothing(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm").rename(tmp_path / os.fsdecode(b"\xff.dcm"))
    files = build_cohort(Source(tmp_path)).cohort.files
    assert files is not None
    assert files.select("path", "reason").row(0) == ("?.dcm", None)


@pytest.mark.real
def test_the_siim_slices_build_by_image_with_their_labels(real_data: Path) -> None:
    source = Source(real_data / "ct_slices_siim", Unit.IMAGE, columns={"label.contrast": "contrast_label"})
    cohort = build_cohort(source).cohort
    assert cohort.files is not None
    # Three of the 55 files repeat a SOPInstanceUID: 52 images.
    assert (cohort.rows.height, cohort.files.height, cohort.files["reason"].null_count()) == (52, 55, 55)
    assert cohort.rows["path"].null_count() == cohort.rows["label.contrast"].null_count() == 0
    assert all((real_data / "ct_slices_siim" / path).is_file() for path in cohort.rows["path"])


@pytest.mark.real
def test_the_awkward_files_build_into_a_cohort(real_data: Path) -> None:
    files = build_cohort(Source(real_data / "dicom_edge")).cohort.files
    assert files is not None
    assert (files.height, files["reason"].drop_nulls().len()) == (41, 4)
    assert (files["reason"].is_null() == files["pixel_hash"].is_not_null()).all()


def test_a_cohort_under_a_name_that_is_no_table_leaves_no_files_table(tmp_path: Path) -> None:
    cohort = Cohort(pl.DataFrame({"study": ["a"]}), pl.DataFrame({"path": ["a.png"]}), tmp_path)
    with pytest.raises(WrongUsage, match="name it so"):
        write_cohort(cohort, tmp_path / "cohort.txt")
    assert not list(tmp_path.iterdir())


def test_a_files_table_of_another_form_is_told_and_an_older_one_is_filled_up(tmp_path: Path) -> None:
    pl.DataFrame({"study": ["a"]}).write_parquet(tmp_path / "c.parquet")
    pl.DataFrame({"path": ["a.png"], "study": ["a"]}).write_parquet(tmp_path / "c.files.parquet")
    with pytest.raises(UnusableInput, match=r"c.files.parquet: has no column 'image'.* Build the cohort"):
        read_cohort(tmp_path / "c.parquet")
    older = {"path": ["a"], "study": ["a"], "image": ["i"], "pixel_hash": ["h"], "flat": [False], "reason": [None]}
    pl.DataFrame(older).write_parquet(tmp_path / "c.files.parquet")
    assert check_cohort(tmp_path / "c.parquet").worst == "note"
