"""The worklist as people look at it."""

from typing import Any

import pytest

from fiducial.claims.catalogue.entry import Urgency
from fiducial.serve.database.opening import Database
from fiducial.serve.database.schema import STUDIES
from fiducial.serve.studies import StudyState
from fiducial.serve.worklist import PAGE, Showing, View, count_unread, known_modalities, list_studies, next_unread

PLAIN: dict[str, Any] = {
    "revision": 1, "received": 1.0, "changed": 1.0, "complete": True, "images": 1, "source": "test",
    "state": StudyState.DECIDED,
}  # fmt: skip


@pytest.fixture
def filled(database: Database) -> Database:
    rows: list[dict[str, Any]] = [
        {"uid": "1", "place": 9.0, "urgency": "days", "modality": "CT", "patient_name": "Roe^Ann"},
        {"uid": "2", "place": 1.0, "urgency": "minutes", "modality": "DX", "patient_id": "P%9"},
        {"uid": "3", "place": None, "urgency": None, "modality": "DX", "state": StudyState.RECEIVING},
        {"uid": "4", "place": 0.5, "urgency": "minutes", "modality": "MR", "review": "accepted", "reviewer": "r"},
    ]
    columns = {name: None for row in rows for name in row}
    with database.writing() as connection:
        connection.execute(STUDIES.insert(), [{**columns, **PLAIN, **row} for row in rows])
    return database


def uids(database: Database, **view: Any) -> list[str]:  # noqa: ANN401  (fields of a view)
    return [row.uid for row in list_studies(database, View(**view)).rows]


def test_the_most_urgent_stands_first_and_what_nobody_knows_of_yet_last(filled: Database) -> None:
    assert uids(filled) == ["2", "1", "3"]


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ({"show": Showing.READ}, ["4"]),
        ({"show": Showing.ALL}, ["4", "2", "1", "3"]),
        ({"urgency": Urgency.MINUTES}, ["2"]),
        ({"state": StudyState.RECEIVING}, ["3"]),
        ({"modality": "DX"}, ["2", "3"]),
        ({"text": "roe ANN"}, ["1"]),
        ({"text": "%"}, ["2"]),  # no wildcard
        ({"text": "nobody"}, []),
    ],
)
def test_a_filter_leaves_what_was_asked_for(filled: Database, view: dict[str, Any], expected: list[str]) -> None:
    assert uids(filled, **view) == expected


def test_a_page_has_so_many_rows_and_says_whether_there_are_more(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(STUDIES.insert(), [{**PLAIN, "uid": str(n), "place": float(n)} for n in range(PAGE + 1)])
    first, second = (list_studies(database, View(page=page)) for page in (1, 2))
    assert (len(first.rows), first.more, len(second.rows), second.more) == (PAGE, True, 1, False)


def test_the_next_study_is_the_first_that_nobody_has_read(filled: Database) -> None:
    assert (next_unread(filled, "1"), next_unread(filled, "2")) == ("2", "1")


def test_what_is_left_is_counted_by_urgency(filled: Database) -> None:
    assert count_unread(filled) == {"minutes": 1, "days": 1, "": 1}


def test_modalities_are_those_that_there_are(filled: Database) -> None:
    assert known_modalities(filled) == ["CT", "DX", "MR"]
