"""A store that is locked or gone for a while: everything waits, comes back by itself, and each study ends once."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from fiducial.serve.database import opening
from fiducial.serve.database.clock import FakeClock
from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.events import read_events
from fiducial.serve.queue.queue import Queue
from fiducial.serve.queue.reading import read_jobs
from fiducial.serve.queue.states import JobState
from fiducial.serve.queue.waking import waking
from fiducial.serve.service import ServiceOptions, open_service
from fiducial.serve.studies import StudyState, read_study_row
from fiducial.serve.web.app import make_app
from fiducial.serve.web.pages.worklist import _changes
from fiducial.serve.web.state import Service
from fiducial.serve.web.studies import _events
from fiducial.serve.work.supervisor import SILENCE, Supervisor
from pipelines.making import write_pipeline, write_slow
from serve.conftest import POSTGRES, make_postgresql, run_postgresql
from serve.faults.waiting import wait
from serve.making import STUDY, answer, radiograph, service_of

AWAY = 2.5  # seconds


@contextmanager
def locked(database: Database, seconds: float) -> Iterator[None]:
    """Somebody else writes for so long."""

    def hold() -> None:
        with other.writing():
            sleep(seconds)

    other = open_database(database.address)
    thread = Thread(target=hold)
    thread.start()
    sleep(0.1)
    try:
        yield
    finally:
        thread.join()
        other.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "store.sqlite")
    yield opened
    opened.close()


def upload(client: TestClient, sop: str = "1.2.3.1.1") -> int:
    return client.post("/studies", files=[("files", ("a.dcm", radiograph(sop).read()))]).status_code


def test_an_upload_waits_for_a_store_that_another_has_locked(store: Database, tmp_path: Path, pipeline: Path) -> None:
    client = TestClient(make_app(service_of(store, tmp_path / "data", pipeline)))
    with locked(store, 0.7):
        assert upload(client) == 202


def test_an_upload_to_a_store_that_stays_locked_is_503_and_leaves_nothing(
    tmp_path: Path, pipeline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = service_of(open_database(tmp_path / "store.sqlite"), tmp_path / "data", pipeline)
    monkeypatch.setattr(opening, "PATIENCE", 0.2)
    impatient = open_database(tmp_path / "store.sqlite")
    client = TestClient(make_app(service_of_another(service, impatient)))
    with locked(service.database, 1.0):
        assert upload(client) == 503
    assert [one for one in service.archive.folder.rglob("*") if one.is_file()] == []
    assert upload(client) == 202
    impatient.close()
    service.database.close()


def service_of_another(service: Service, database: Database) -> Service:
    """The same service with other connections."""
    archive = type(service.archive)(database, service.archive.folder, service.archive.limits)
    return Service(
        service.name, database, Queue(database), archive, service.completing, service.revisions, service.settings
    )


def test_what_cannot_be_put_on_record_is_not_shown_and_is_503(
    tmp_path: Path, pipeline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = service_of(open_database(tmp_path / "store.sqlite"), tmp_path / "data", pipeline)
    service.archive.keep(radiograph(), "test")
    monkeypatch.setattr(opening, "PATIENCE", 0.2)
    impatient = open_database(tmp_path / "store.sqlite")
    client = TestClient(make_app(service_of_another(service, impatient)))
    with locked(service.database, 1.0):
        reply = client.get(f"/studies/{STUDY}")
    assert (reply.status_code, "P-17" in reply.text) == (503, False)
    assert client.get(f"/studies/{STUDY}").status_code == 200
    impatient.close()
    service.database.close()


class Flickering:
    """A store that does not answer the first looks."""

    def __init__(self, database: Database, times: int) -> None:
        self.database, self.left = database, times

    def reading(self) -> object:
        self.left -= 1
        if self.left >= 0:
            raise OperationalError("SELECT", None, Exception("gone"))
        return self.database.reading()

    def __getattr__(self, name: str) -> object:
        return getattr(self.database, name)


@pytest.mark.parametrize("stream", ["study", "worklist"])
def test_a_stream_is_silent_while_the_store_is_away_and_then_goes_on(
    served: Service, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(served, radiograph())
    away = Flickering(served.database, 1)
    object.__setattr__(served, "database", away)
    monkeypatch.setattr("fiducial.serve.web.studies._AWAY", 0.01)
    request = listening()
    following = {
        "study": lambda: _events(served, request, STUDY, 0, follow=True),
        "worklist": lambda: _changes(served, request, follow=True),
    }[stream]
    assert "event: " in asyncio.run(first(following))
    assert away.left < 0


async def first(following: Callable[[], object]) -> str:
    stream = following()
    return str(await anext(stream))  # type: ignore[call-overload]  # an asynchronous iterator


def listening() -> Request:
    async def nothing() -> dict[str, str]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    return Request({"type": "http", "app": FastAPI(), "headers": []}, nothing)


def test_a_study_that_the_store_took_out_of_a_workers_hands_is_taken_again(served: Service) -> None:
    served.archive.keep(radiograph(), "test")
    served.completing.complete(STUDY)
    assert served.queue.claim("w", ("study",))
    served.queue.release("w")
    assert [one.kills for one in read_jobs(served.database, [JobState.WAITING])] == [0]


def test_after_the_store_was_away_for_longer_than_a_lease_workers_can_first_say_that_they_live(
    served: Service, clock: FakeClock
) -> None:
    served.archive.keep(radiograph(), "test")
    served.completing.complete(STUDY)
    assert served.queue.claim("lives", ("study",))
    supervisor = Supervisor(served.database, served.queue, served.settings)
    clock.advance(60)
    supervisor._away = monotonic()
    supervisor.turn()
    assert [one.worker for one in read_jobs(served.database, [JobState.RUNNING])] == ["lives"]
    supervisor._away -= SILENCE
    supervisor.turn()
    assert [one.kills for one in read_jobs(served.database, [JobState.WAITING])] == [1]


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not POSTGRES:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    home = tmp_path_factory.mktemp("pg")
    make_postgresql(home)
    return home


def test_who_waits_for_work_hears_that_the_store_is_gone_as_from_any_statement(server: Path) -> None:
    with ExitStack() as running:
        database = open_database(running.enter_context(run_postgresql(server)))
        with pytest.raises(OperationalError), waking(database) as waker:  # noqa: PT012  (gone while it waits)
            running.close()
            waker.wait(5)
        database.close()


def slow(folder: Path) -> Path:
    made = write_pipeline(folder)
    write_slow(folder / "second", 400_000)  # about a second
    return made


def test_a_service_whose_store_goes_away_in_the_middle_of_a_study_comes_back_by_itself(
    server: Path, tmp_path: Path
) -> None:
    with ExitStack() as first:
        address = first.enter_context(run_postgresql(server))
        options = ServiceOptions(tmp_path / "data", store=address)
        with ExitStack() as whole, open_service(slow(tmp_path / "p"), options) as service:
            client = whole.enter_context(TestClient(make_app(service), raise_server_exceptions=False))
            service.revisions.write("intake.quiet", 0.2, author="test", reason="studies of one image")
            assert upload(client) == 202
            wait(lambda: [one for one in read_jobs(service.database, [JobState.RUNNING]) if one.progress])
            first.close()
            assert upload(client, "1.2.3.1.9") == 503
            sleep(AWAY)
            whole.enter_context(run_postgresql(server))
            wait(lambda: _state(service, STUDY) == StudyState.DECIDED)
            assert _ends(service) == ["decided"]
            assert [one.kills for one in read_jobs(service.database, [JobState.DONE])] == [0]
            service.archive.keep(radiograph("1.9.1", study="1.9"), "test")  # completion, and the same worker
            wait(lambda: _state(service, "1.9") == StudyState.DECIDED)
            made = service.revisions.write("work.warn", 200, author="test", reason="is it seen?")
            wait(lambda: service.settings.snapshot().revisions["work.warn"].revision == made.revision)


def _state(service: Service, uid: str) -> str | None:
    row = read_study_row(service.database, uid)
    return None if row is None else row.state


def _ends(service: Service) -> list[str]:
    return [one.kind for one in read_events(service.database, study=STUDY) if one.kind in tuple(StudyState)][1:]
