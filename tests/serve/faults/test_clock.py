"""A clock that jumps, forward or back: whatever waits for a time waits no longer than it would have from now."""

from pathlib import Path

import pytest

from fiducial.serve.access.ledger import Ledger
from fiducial.serve.access.person import Person, Role
from fiducial.serve.access.sessions import Sessions
from fiducial.serve.database.clock import FakeClock
from fiducial.serve.database.opening import Database
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.queue.job import Ask
from fiducial.serve.queue.queue import Queue
from fiducial.serve.sending.outbox import Outbox
from serve.making import STUDY, radiograph

HOUR = 3600.0
DAY = 24 * HOUR


@pytest.fixture
def queue(database: Database) -> Queue:
    return Queue(database, lease=30)


def test_a_clock_set_back_begins_the_quiet_time_anew_and_does_not_wait_for_the_old_one(
    archive: Archive, queue: Queue, clock: FakeClock
) -> None:
    completing = Completing(archive.database, queue)
    archive.keep(radiograph(), "test")
    clock.advance(-HOUR)
    assert completing.quiet(60) == []
    clock.advance(61)
    assert completing.quiet(60) == [STUDY]


def test_a_clock_that_goes_an_hour_ahead_completes_a_study_and_its_late_image_makes_a_revision(
    archive: Archive, queue: Queue, clock: FakeClock
) -> None:
    completing = Completing(archive.database, queue)
    archive.keep(radiograph(), "test")
    clock.advance(HOUR)
    assert completing.quiet(60) == [STUDY]
    clock.advance(-HOUR)
    archive.keep(radiograph("1.2.3.1.2"), "test")
    clock.advance(61)
    assert completing.quiet(60) == [STUDY]


def test_after_a_clock_was_set_back_a_dead_workers_job_is_free_after_one_lease(queue: Queue, clock: FakeClock) -> None:
    queue.put([Ask("1", "job", "study", {})])
    queue.claim("dead", ("job",))
    clock.advance(-HOUR)
    assert queue.lapse() == []
    clock.advance(31)
    assert [one.worker for one in queue.lapse()] == ["dead"]


def test_a_worker_that_lives_keeps_its_job_when_the_clock_is_set_back(queue: Queue, clock: FakeClock) -> None:
    queue.put([Ask("1", "job", "study", {})])
    (job,) = queue.claim("alive", ("job",))
    clock.advance(-HOUR)
    queue.lapse()
    clock.advance(20)
    queue.beat("alive")
    clock.advance(20)
    assert queue.lapse() == []
    assert queue.finish([(job, {})]) == [job]


@pytest.mark.parametrize("seconds", [DAY, -DAY])
def test_a_letter_is_sent_whichever_way_the_clock_went(
    database: Database, clock: FakeClock, tmp_path: Path, seconds: float
) -> None:
    outbox = Outbox(database, tmp_path)
    outbox.put("pacs", STUDY, "sr", b"words")
    clock.advance(seconds)
    assert outbox.take("a", "pacs") is not None


def test_a_letter_of_a_dead_sender_is_taken_though_the_clock_was_set_back(
    database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    outbox = Outbox(database, tmp_path)
    outbox.put("pacs", STUDY, "sr", b"words")
    outbox.take("dead", "pacs")
    clock.advance(-DAY)
    assert outbox.take("alive", "pacs") is not None


def test_a_session_that_has_ended_stays_so_when_the_clock_is_set_back(database: Database, clock: FakeClock) -> None:
    sessions = Sessions(database)
    reader = Person("Dr Roe", frozenset({Role.READER}))
    cookie = sessions.begin(reader)
    clock.advance(DAY)
    assert sessions.find(cookie) is None
    sessions.begin(reader)  # whoever logs in sweeps out what has ended
    clock.advance(-DAY)
    assert sessions.find(cookie) is None


def test_the_audit_log_holds_together_over_a_jump(database: Database, clock: FakeClock) -> None:
    ledger = Ledger(database)
    for seconds in (HOUR, -DAY, 0):
        clock.advance(seconds)
        ledger.write(Person("Dr Roe", frozenset({Role.READER})), "looked", STUDY)
    assert ledger.verify().broken is None
