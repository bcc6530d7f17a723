"""What of a study is decided about."""

from pathlib import Path

import pytest

from fiducial.serve.studies import ImageRow, StudyState
from fiducial.serve.work.examining import Examined, parts_of


def image(sop: str, modality: str, series: str = "1.1") -> ImageRow:
    return ImageRow(sop, series, modality, f"{sop}.dcm", "sha256:0")


def test_slices_are_one_part_a_series_and_radiographs_one_each() -> None:
    images = [image("1", "CT"), image("2", "CT"), image("3", "DX", "1.2"), image("4", "DX", "1.2")]
    assert [(one.study, len(one.paths)) for one in parts_of(images, Path("data"))] == [("1.1", 2), ("3", 1), ("4", 1)]


@pytest.mark.parametrize("modality", ["SR", "KO", "PR", "SEG", "RTSTRUCT"])
def test_a_report_of_dose_beside_a_scan_is_not_decided_about(modality: str) -> None:
    images = [image("1", "CT"), image("9", modality, "1.9")]
    assert [one.study for one in parts_of(images, Path("data"))] == ["1.1"]


def test_a_study_of_documents_alone_is_outside_and_says_why() -> None:
    found = Examined("1", 1, None, {}, ())  # type: ignore[arg-type]  # no pipeline is asked
    assert (found.state, found.reason) == (StudyState.OUTSIDE, "holds documents and no image")
