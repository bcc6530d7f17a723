"""Overrides as JSON."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from fiducial.serve.database.opening import open_database
from fiducial.serve.web.app import make_app
from serve.making import STUDY, answer, radiograph, service_of

OVERRIDES = f"/studies/{STUDY}/overrides"
BODY: dict[str, Any] = {"revision": 1, "flag": "rule(spot-in-bright)", "to": False, "reason": "artefact"}


@pytest.fixture
def client(tmp_path: Path, pipeline: Path) -> Iterator[TestClient]:
    database = open_database(tmp_path / "store.sqlite")
    service = service_of(database, tmp_path / "data", pipeline)
    answer(service, radiograph())
    yield TestClient(make_app(service))
    database.close()


def test_an_override_gives_the_decision_as_it_is_then(client: TestClient) -> None:
    reply = client.post(OVERRIDES, json=BODY)
    assert (reply.status_code, reply.json()["decision"]["conclusions"]["spot-in-bright"]) == (201, False)


def test_what_was_said_can_be_asked_for(client: TestClient) -> None:
    client.post(OVERRIDES, json=BODY)
    (review,) = client.get(OVERRIDES).json()["reviews"]
    assert (review["reader"], review["verdict"], review["was"], review["to"]) == (
        "local",
        "overridden",
        "true",
        "false",
    )


@pytest.mark.parametrize(
    "wrong", [{"reason": "tired"}, {"flag": "rule(x)"}, {"to": "much"}, {"part": "9"}, {"revision": 3}, {"more": 1}]
)
def test_what_cannot_be_is_422_and_changes_nothing(client: TestClient, wrong: dict[str, Any]) -> None:
    assert client.post(OVERRIDES, json={**BODY, **wrong}).status_code == 422
    assert client.get(OVERRIDES).json()["reviews"] == []


def test_a_study_that_is_not_here_is_404(client: TestClient) -> None:
    assert client.post("/studies/9/overrides", json=BODY).status_code == 404
