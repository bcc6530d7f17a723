"""The doors over HTTP, without workers: what is sent in, and what can be asked."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from fastapi.testclient import TestClient

from fiducial.serve.database.opening import Database
from fiducial.serve.events import Event, write_event
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.intake.limits import Limits
from fiducial.serve.queue.queue import Queue
from fiducial.serve.queue.reading import count_jobs
from fiducial.serve.queue.states import JobState
from fiducial.serve.settings.declared import Catalogue
from fiducial.serve.settings.live import LiveSettings
from fiducial.serve.settings.revisions import Revisions
from fiducial.serve.web.app import make_app
from fiducial.serve.web.state import Service
from serve.making import STUDY, radiograph


@pytest.fixture
def service(database: Database, tmp_path: Path) -> Service:
    queue, revisions = Queue(database), Revisions(database, Catalogue())
    revisions.begin()
    archive = Archive(database, tmp_path / "data", Limits(image=10_000))
    return Service(
        "small", database, queue, archive, Completing(database, queue, "small"), revisions, LiveSettings(revisions)
    )


@pytest.fixture
def client(service: Service) -> TestClient:
    return TestClient(make_app(service))


def upload(client: TestClient, *files: tuple[str, bytes], query: str = "") -> tuple[int, dict[str, object]]:
    reply = client.post(f"/studies{query}", files=[("files", file) for file in files])
    return reply.status_code, reply.json()


def test_an_uploaded_image_is_kept_and_named(client: TestClient) -> None:
    status, told = upload(client, ("a.dcm", radiograph().read()))
    assert (status, told["studies"]) == (202, [STUDY])
    assert client.get(f"/studies/{STUDY}").json()["study"]["state"] == "receiving"


def test_a_zip_is_unpacked_and_each_file_is_told(client: TestClient) -> None:
    packed = BytesIO()
    with ZipFile(packed, "w") as package:
        package.writestr("one.dcm", radiograph().read())
        package.writestr("readme.txt", "not an image")
    status, told = upload(client, ("all.zip", packed.getvalue()))
    assert status == 202
    assert [(one["file"], one["reason"]) for one in told["files"]] == [  # type: ignore[attr-defined]  # JSON
        ("all.zip/one.dcm", None), ("all.zip/readme.txt", "is not DICOM"),
    ]  # fmt: skip


@pytest.mark.parametrize(("content", "status"), [(b"nothing", 422), (bytes(20_000), 413)])
def test_where_nothing_was_kept_the_status_says_so(client: TestClient, content: bytes, status: int) -> None:
    assert upload(client, ("a.dcm", content))[0] == status


def test_complete_asks_at_once_and_once(client: TestClient, service: Service) -> None:
    upload(client, ("a.dcm", radiograph().read()), query="?complete=true")
    assert count_jobs(service.database)[JobState.WAITING] == 1
    assert client.post(f"/studies/{STUDY}/complete").json()["asked"] is False


def test_events_go_on_behind_the_last_that_was_heard(client: TestClient, service: Service) -> None:
    upload(client, ("a.dcm", radiograph().read()))
    with service.database.writing() as connection:
        write_event(connection, service.database.clock, Event(STUDY, "model", {"model": "m"}))
    whole = client.get(f"/studies/{STUDY}/events?follow=false").text
    assert [line for line in whole.splitlines() if line.startswith("event")] == ["event: receiving", "event: model"]
    first = whole.split("\n")[0].removeprefix("id: ")
    rest = client.get(f"/studies/{STUDY}/events?follow=false", headers={"Last-Event-ID": first}).text
    assert [line for line in rest.splitlines() if line.startswith("event")] == ["event: model"]


def test_a_study_that_is_not_here_is_404_with_a_remedy(client: TestClient) -> None:
    reply = client.get("/studies/9.9")
    assert (reply.status_code, "GET /studies lists" in reply.json()["detail"]) == (404, True)


def test_health_counts_what_waits(client: TestClient) -> None:
    assert client.get("/health").json()["jobs"]["waiting"] == 0
