"""Of a joined table only what cannot name anyone goes along."""

from collections.abc import Sequence
from datetime import date

import polars as pl
import pytest

from cohort.deidentify.stuffed import KEY
from fiducial.cohort.deidentify.table import without_identifiers
from fiducial.files.tables import Table


def kept(**columns: Sequence[object]) -> pl.DataFrame:
    frame, _ = without_identifiers(Table(pl.DataFrame(columns), "t", 0), KEY, lambda path: f"copy of {path}")
    return frame


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("radiologist", ["A", "A", "B", "B"]),
        ("seen_by", ["Dr Grumbach", "Dr Grumbach", "x", "x"]),
        ("arm", ["a", "a", "a", "b"]),
        ("code", ["20210405", "20210405", "x", "x"]),
        ("tag.StudyDescription", ["x" * 41] * 4),
        ("row", [str(number) for number in range(4)]),
    ],
)
def test_a_column_that_may_point_at_someone_is_left_out(name: str, values: list[object]) -> None:
    assert name not in kept(study=["1", "2", "3", "4"], **{name: values}).columns


def test_a_note_names_what_was_left_out() -> None:
    _, notes = without_identifiers(Table(pl.DataFrame({"study": ["1"], "surname": ["Z"]}), "t", 0), KEY, str)
    assert notes == ("left out of the table, since they may identify: the column surname",)


def test_groups_and_labels_go_along() -> None:
    frame = kept(study=["1", "2", "3", "4"], arm=["a", "a", "b", "b"], **{"label.x": [0, 1, 0, None]})
    assert frame["arm"].to_list() == ["a", "a", "b", "b"]
    assert frame["label.x"].to_list() == [0, 1, 0, None]


def test_keys_are_mapped_and_dates_move_with_their_patient() -> None:
    frame = kept(study=["1.2"], patient=["p"], site=["St Mary"], path=["a.dcm"], acquired=["2021-04-05"], age=[93])
    row = frame.row(0, named=True)
    assert (row["study"], row["patient"], row["site"]) == (KEY.uid("1.2"), KEY.patient("p"), KEY.site("St Mary"))
    assert (row["acquired"] - date(2021, 4, 5)).days == KEY.days("p")
    assert (row["path"], row["age"]) == ("copy of a.dcm", 90)


def test_a_date_without_a_patient_is_left_out() -> None:
    assert kept(study=["1"], acquired=["2021-04-05"]).columns == ["study"]
