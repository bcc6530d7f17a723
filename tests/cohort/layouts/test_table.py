"""A table alone is a cohort without images."""

from pathlib import Path

import pytest

from fiducial.cohort.layouts.contract import Source
from fiducial.cohort.layouts.table import Table
from fiducial.errors import UnusableInput, WrongUsage


def written(place: Path, text: str) -> Path:
    path = place / "table.csv"
    path.write_text(text)
    return path


def test_unknown_columns_stay(tmp_path: Path) -> None:
    found = Table().list(Source(written(tmp_path, "study,ward\na,north\n")))
    assert (found.rows.frame.columns, found.files) == (["study", "ward"], None)


def test_without_a_study_every_row_is_numbered_and_it_is_said(tmp_path: Path) -> None:
    found = Table().list(Source(written(tmp_path, "label.mass\n0\n1\n")))
    assert found.rows.frame["study"].to_list() == ["row-000001", "row-000002"]
    assert "no column 'study'" in found.notes[0]


def test_one_column_may_serve_two_names(tmp_path: Path) -> None:
    source = Source(written(tmp_path, "id\na\n"), columns={"study": "id", "patient": "id"})
    assert Table().list(source).rows.frame.row(0, named=True) == {"study": "a", "patient": "a"}


def test_ages_as_dicom_writes_them_are_years(tmp_path: Path) -> None:
    found = Table().list(Source(written(tmp_path, "study,age\na,071Y\nb,018M\nc,40\n")))
    assert found.rows.frame["age"].to_list() == ["71.0", "1.5", "40.0"]


def test_a_zip_called_csv_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"PK\x03\x04 and so on")
    with pytest.raises(UnusableInput, match="zip archive"):
        Table().list(Source(path))


def test_a_second_table_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "study\na\n")
    with pytest.raises(WrongUsage, match="is a table already"):
        Table().list(Source(path, table=path))
