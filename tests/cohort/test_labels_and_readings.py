"""What readers said comes in checked; whatever is wrong is told with its row."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from fiducial.cohort.labels import read_labels
from fiducial.cohort.readings import ONLY_ARM, read_readings
from fiducial.errors import UnusableInput

LABELS: dict[str, list[Any]] = {"study": ["a", "a"], "finding": ["x", "x"], "reader": ["r1", "truth"], "label": [0, 1]}
READINGS: dict[str, list[Any]] = {"study": ["a", "a"], "finding": ["x", "x"], "reader": ["r1", "r2"], "rating": [3, 4]}


def test_labels_come_back_with_every_column() -> None:
    labels = read_labels(pl.DataFrame(LABELS))
    assert labels.columns == ["study", "finding", "reader", "label", "certainty", "significance"]
    assert labels["certainty"].null_count() == 2


def test_a_grade_is_a_label_as_well() -> None:
    assert read_labels(pl.DataFrame(LABELS | {"label": [2, 4]}))["label"].to_list() == [2.0, 4.0]


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("certainty", 1.2, "row 1: certainty must be a number from 0 to 1; got 1.2"),
        ("significance", -1, "row 1: significance must be a number of 0 or more; got -1"),
        ("label", "maybe", "row 1: label must be a number; got 'maybe'"),
        ("reader", None, "row 1: reader is empty"),
        ("confidence", 0.5, "unknown column 'confidence'"),
    ],
)
def test_a_wrong_label_is_told_with_its_row(column: str, value: object, told: str) -> None:
    kept = pl.Series(column, [LABELS[column][0] if column in LABELS else 0.5, value], strict=False)
    with pytest.raises(UnusableInput, match=told):
        read_labels(pl.DataFrame(LABELS).with_columns(kept))


def test_a_reader_labels_a_study_once() -> None:
    with pytest.raises(UnusableInput, match="repeats study='a', finding='x', reader='r1'"):
        read_labels(pl.DataFrame(LABELS | {"reader": ["r1", "r1"]}))


def test_a_table_without_findings_takes_the_finding_asked_for() -> None:
    bare = pl.DataFrame(LABELS).drop("finding")
    assert_frame_equal(read_labels(bare, finding="x"), read_labels(pl.DataFrame(LABELS)))
    with pytest.raises(UnusableInput, match="no column 'finding'"):
        read_labels(bare)


def test_readings_without_arms_have_one() -> None:
    assert set(read_readings(pl.DataFrame(READINGS))["arm"]) == {ONLY_ARM}


def test_a_reading_says_something() -> None:
    with pytest.raises(UnusableInput, match="row 0: has neither rating nor decision"):
        read_readings(pl.DataFrame(READINGS | {"rating": [None, 3]}))
    with pytest.raises(UnusableInput, match="neither 'rating' nor 'decision'"):
        read_readings(pl.DataFrame(READINGS).drop("rating"))


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(UnusableInput, match="row 1: seconds must be a number of 0 or more"):
        read_readings(pl.DataFrame(READINGS | {"seconds": [1, -3]}))


def test_a_file_is_read_like_a_frame(tmp_path: Path) -> None:
    pl.DataFrame(READINGS).write_csv(tmp_path / "readings.csv")
    assert_frame_equal(read_readings(tmp_path / "readings.csv"), read_readings(pl.DataFrame(READINGS)))
