"""Headers that still name someone are counted; copies without identifiers pass."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import fiducial as fd
from fiducial.cohort.checks.contract import Finding
from fiducial.cohort.checks.identifying_tags import IdentifyingTags

WriteDicom = Callable[..., Path]


def examined(folder: Path) -> list[Finding]:
    return list(IdentifyingTags().examine(fd.build_cohort(fd.Source(folder, workers=1)).cohort))


def test_names_and_numbers_are_a_warning_with_their_counts(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm", PatientName="A^B", AccessionNumber="7")
    write_dicom("b.dcm", PatientName="A^B")
    write_dicom("c.dcm")
    (found,) = examined(tmp_path)
    assert found.severity == "warning"
    assert "2 of 3 DICOM files" in found.message
    assert "PatientName (2), AccessionNumber (1)" in found.message
    assert sorted(one.path or "" for one in found.files) == ["a.dcm", "b.dcm"]


def test_comments_are_a_note(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm", ImageComments="ask Mr B")
    (found,) = examined(tmp_path)
    assert (found.severity, "ImageComments" in found.message) == ("note", True)


@pytest.mark.parametrize("name", ["", "ANONYMOUS", "^"])
def test_an_empty_or_blank_name_is_none(tmp_path: Path, write_dicom: WriteDicom, name: str) -> None:
    write_dicom("a.dcm", PatientName=name)
    assert examined(tmp_path) == []


def test_a_stand_in_is_no_name(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("a.dcm", PatientName="P-1234", PatientIdentityRemoved="YES")
    assert examined(tmp_path) == []


def test_a_table_without_headers_says_that_it_was_not_checked() -> None:
    cohort = fd.read_cohort(pl.DataFrame({"study": ["a"]}))
    (found,) = IdentifyingTags().examine(cohort)
    assert found.message.startswith("Not checked")


@pytest.mark.real
def test_real_headers_are_counted(real_data: Path) -> None:
    warned, noted = examined(real_data / "ct_slices_siim")
    assert "55 of 55" in warned.message
    assert "AccessionNumber (55)" in warned.message
    assert "(private) (55)" in noted.message
