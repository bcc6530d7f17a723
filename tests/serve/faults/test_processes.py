"""Two services on one store of which one is killed, and one that ends: studies are another's, and decided once."""

import os
import signal
from pathlib import Path

import pytest

from fiducial.files.heartbeats import read_heartbeats
from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.events import read_events
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.queue.queue import Queue
from fiducial.serve.queue.reading import count_jobs, read_jobs
from fiducial.serve.queue.states import JobState
from fiducial.serve.service import ServiceOptions
from fiducial.serve.settings.declared import Catalogue
from fiducial.serve.settings.live import LiveSettings
from fiducial.serve.settings.revisions import Revisions
from fiducial.serve.studies import StudyState
from fiducial.serve.work.supervisor import Supervisor
from fiducial.serve.work.tuned import Tuned
from fiducial.serve.work.worker import Employment
from pipelines.making import write_pipeline, write_slow
from serve.faults.serving import held, serving
from serve.faults.waiting import wait
from serve.making import STUDY, radiograph

STUDIES = [f"1.7.{place}" for place in range(4)]


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write_pipeline(tmp_path_factory.mktemp("slow"))
    write_slow(made.parent / "second", 400_000)  # about a second
    return made


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    made = write_pipeline(tmp_path / "endless")
    write_slow(made.parent / "second", 10**12)
    return made


def ask(database: Database, folder: Path, *studies: str) -> None:
    archive, completing = Archive(database, folder), Completing(database, Queue(database))
    for uid in studies:
        archive.keep(radiograph(f"{uid}.1", study=uid), "test")
        completing.complete(uid)


def ends(database: Database, uid: str) -> list[str]:
    told = {StudyState.DECIDED, StudyState.FAILED, StudyState.DEAD, StudyState.OUTSIDE}
    return [one.kind for one in read_events(database, study=uid) if one.kind in told]


def test_of_two_services_on_one_store_one_is_killed_and_the_other_takes_over(tmp_path: Path, slow: Path) -> None:
    database = open_database(tmp_path / "store.sqlite")
    options = ServiceOptions(tmp_path / "data", store=database.address, lease=2)
    with serving(slow, options) as first, serving(slow, options):
        ask(database, options.folder, *STUDIES)
        wait(lambda: len(held(database)) == 2)
        doomed = [one for one in read_heartbeats(options.folder / "heartbeats") if f"-{first.pid}-" in one.name]
        for pid in (first.pid, *(one.pid for one in doomed)):
            os.kill(pid or 0, signal.SIGKILL)
        wait(lambda: count_jobs(database)[JobState.DONE] == len(STUDIES))
    assert [ends(database, uid) for uid in STUDIES] == [["decided"]] * len(STUDIES)
    assert sorted(one.kills for one in read_jobs(database, [JobState.DONE])) == [0, 0, 0, 1]
    database.close()


def test_a_study_that_takes_longer_than_the_patience_waits_again_and_counts_no_kill(
    tmp_path: Path, endless: Path
) -> None:
    database = open_database(tmp_path / "store.sqlite")
    tuned, queue = Tuned.open(endless), Queue(database)
    revisions = Revisions(database, Catalogue(tuned.declared))
    revisions.begin()
    supervisor = Supervisor(database, queue, LiveSettings(revisions))
    supervisor.start(Employment("w", database.address, tmp_path / "data", endless), 1)
    ask(database, tmp_path / "data", STUDY)
    wait(lambda: held(database))
    supervisor.end(seconds=0.5)
    assert [one.kills for one in read_jobs(database, [JobState.WAITING])] == [0]
    assert supervisor.posts[0].process is None
    database.close()
