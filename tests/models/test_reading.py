"""A study's files: one image, or the slices of one series in the order in which they lie."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import fiducial as fd
from fiducial.errors import UnusableInput
from fiducial.models.contract import Study
from fiducial.models.reading import read_study, studies_of

Write = Callable[..., Path]


def slices(write_dicom: Write, *heights: float) -> tuple[Path, ...]:
    """CT slices in the order given, each of the grey that is its height."""
    return tuple(
        write_dicom(
            f"{number}.dcm",
            np.full((4, 5), int(height), np.uint16) + np.arange(5, dtype=np.uint16),
            ImagePositionPatient=[0, 0, height],
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
            PixelSpacing=[0.5, 0.5],
            SliceThickness=2,
            RescaleSlope=1,
            RescaleIntercept=0,
        )
        for number, height in enumerate(heights)
    )


def test_slices_are_stacked_by_their_place_whatever_their_names(write_dicom: Write) -> None:
    scan = read_study(Study("a", slices(write_dicom, 4, 0, 2)))
    assert scan.array[:, 0, 0].tolist() == [0, 2, 4]
    assert scan.spacing == (2.0, 0.5, 0.5)


def test_a_study_without_a_file_is_told() -> None:
    with pytest.raises(UnusableInput, match="has no file: the cohort gives no path"):
        read_study(Study("a", ()))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"a\.dcm: no such file"):
        read_study(Study("a", (tmp_path / "a.dcm",)))


def test_a_cohort_gives_every_study_the_files_of_its_series(write_dicom: Write, tmp_path: Path) -> None:
    slices(write_dicom, 0, 2, 4)
    built = fd.build_cohort(fd.Source(tmp_path, fd.Unit.STUDY, workers=1))
    fd.write_cohort(built.cohort, tmp_path / "cohort.parquet")
    (study,) = studies_of(fd.read_cohort(tmp_path / "cohort.parquet"))
    assert sorted(path.name for path in study.paths) == ["0.dcm", "1.dcm", "2.dcm"]
    assert read_study(study).array.shape == (3, 4, 5)


def test_a_row_keeps_its_columns(tmp_path: Path) -> None:
    pl.DataFrame({"study": ["a"], "path": ["a.png"], "age": [40.0]}).write_csv(tmp_path / "c.csv")
    (study,) = studies_of(fd.read_cohort(tmp_path / "c.csv"))
    assert study.columns["age"] == 40.0
