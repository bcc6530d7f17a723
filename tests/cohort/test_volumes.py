"""Slices become volumes: what a series has, and what cannot be one."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from fiducial.cohort.table import Cohort
from fiducial.cohort.volumes import stack_cohort
from fiducial.errors import UnusableInput


def slices(**columns: Sequence[object]) -> Cohort:
    """Two series of two slices: ``one`` of Ann, ``two`` of Bob."""
    rows = {
        "study": ["a", "b", "c", "d"],
        "patient": ["Ann", "Ann", "Bob", "Bob"],
        "path": ["a.dcm", "b.dcm", "c.dcm", "d.dcm"],
        "place": ["deep", "high", "deep", "deep"],
        "label.bleed": [0, 1, 0, 0],
    }
    files = {"path": rows["path"], "study": rows["study"], "series": ["one", "one", "two", "two"]}
    return Cohort(pl.DataFrame(rows | columns), pl.DataFrame(files), Path(), "cohort.csv")


def test_a_series_has_what_any_of_its_slices_has() -> None:
    stacked = stack_cohort(slices()).rows
    assert stacked.select("study", "patient", "label.bleed").rows() == [("one", "Ann", 1), ("two", "Bob", 0)]


def test_a_slice_without_a_label_leaves_a_volume_open_unless_another_has_it() -> None:
    stacked = stack_cohort(slices(**{"label.bleed": [None, 1, None, 0]})).rows
    assert stacked["label.bleed"].to_list() == [1, None]


def test_what_slices_do_not_agree_on_varies() -> None:
    assert stack_cohort(slices()).rows["place"].to_list() == ["(varies)", "deep"]


def test_the_files_of_a_volume_are_its_slices() -> None:
    files = stack_cohort(slices()).files
    assert files is not None
    assert files.filter(study="two")["path"].to_list() == ["c.dcm", "d.dcm"]


@pytest.mark.parametrize("column", ["patient", "split"])
def test_a_series_of_two_patients_or_splits_is_refused(column: str) -> None:
    with pytest.raises(UnusableInput, match=f"1 series have two values of {column}, such as 'x' and 'y' in one"):
        stack_cohort(slices(**{column: ["x", "y", "z", "z"]}))


def test_without_files_nobody_knows_the_series() -> None:
    with pytest.raises(UnusableInput, match="no table of files"):
        stack_cohort(Cohort(slices().rows, None, Path(), "cohort.csv"))


def test_a_row_whose_file_has_no_series_is_told() -> None:
    cohort = slices()
    assert cohort.files is not None
    files = cohort.files.with_columns(series=pl.when(pl.col("study") == "d").then(None).otherwise("series"))
    with pytest.raises(UnusableInput, match=r"1 rows have no file that says its series, such as 'd'"):
        stack_cohort(Cohort(cohort.rows, files, Path(), "cohort.csv"))
