"""One worker process: claims a study, runs the pipeline, and keeps the result and all that follows from it at once."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from logging import getLogger
from multiprocessing import parent_process
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import time
from typing import Any

from sqlalchemy import Connection, update
from sqlalchemy.exc import SQLAlchemyError

from fiducial.errors import FiducialError
from fiducial.files.heartbeats import Heartbeat, end_heartbeat, write_heartbeat
from fiducial.pipelines.members import Answered
from fiducial.pipelines.priority import priority_unread
from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.database.schema import STUDIES
from fiducial.serve.errors import is_of_the_disk
from fiducial.serve.events import Event, write_event
from fiducial.serve.facts import keep_facts
from fiducial.serve.logs import begin_logging
from fiducial.serve.queue.job import KIND, Job
from fiducial.serve.queue.queue import LEASE, Queue
from fiducial.serve.queue.waking import waking
from fiducial.serve.results.given import Given
from fiducial.serve.sending.outbox import Outbox
from fiducial.serve.settings.declared import Catalogue
from fiducial.serve.settings.live import LiveSettings
from fiducial.serve.settings.revisions import Revisions
from fiducial.serve.studies import StudyState, read_images, read_study_row, result_folder, standing, standing_nowhere
from fiducial.serve.work.examining import Examined, examine, parts_of
from fiducial.serve.work.outputs import Outputs
from fiducial.serve.work.tuned import Tuned

LOG = getLogger(__name__)
DICOM_SUFFIX = ".dcm"  # of what an archive takes
IDLE = 1.0  # seconds between two looks where nothing wakes the worker


@dataclass(frozen=True, slots=True)
class Employment:
    """What a worker process is told at its start."""

    name: str
    store: str
    folder: Path
    pipeline: Path
    threads: int = 1
    lease: float = LEASE
    outputs: tuple[str, ...] = ()
    log: str = "warning"
    sealed: bool = False  # whether only sealed bundles are opened
    archives: tuple[str, ...] = ()  # destinations of the outbox that take what is made of a study


@dataclass(slots=True, eq=False)
class Worker:
    """``stop``: set when the process shall end; the study in hand is finished first."""

    told: Employment
    database: Database
    queue: Queue
    tuned: Tuned
    settings: LiveSettings
    outputs: Outputs
    stop: Flag = field(default_factory=Flag)
    _progressed: float = field(default_factory=time)
    _doing: str = ""

    def run(self) -> None:
        """Until ``stop``."""
        with self._alive(), self.settings.watching():
            while not self.stop.is_set():
                try:
                    self._go_on()
                except SQLAlchemyError as away:
                    LOG.warning("the store does not answer (%s); trying again", type(away).__name__)
                except (OSError, FiducialError) as full:
                    if not is_of_the_disk(full):
                        raise
                    LOG.error("%s cannot be written to (%s); trying again", self.told.folder, type(full).__name__)  # noqa: TRY400  (told whole)
                self.stop.wait(IDLE)

    def _go_on(self) -> None:
        """Study after study, for as long as store and disk are there.

        A study that either took out of its hands waits again before another is begun: this worker lives and prolongs
        its leases, so nobody else would ever take it.
        """
        self.queue.release(self.told.name)
        with waking(self.database) as waker:
            while not self.stop.is_set():
                if not self.turn():
                    self._note("")
                    waker.wait(IDLE)

    def turn(self) -> bool:
        """Do what is due first; False where nothing is."""
        jobs = self.queue.claim(self.told.name, (KIND,))
        for job in jobs:
            self._do(job)
        return bool(jobs)

    def _do(self, job: Job) -> None:
        self._begun(job)
        try:
            found = self._examined(job)
            document = found.document(decided=self._now())
            self._note("makes outputs")
            files = self._write_outputs(job, document)
        except FiducialError as told:
            if is_of_the_disk(told):
                raise
            self._failed(job, str(told))  # another try would say the same
            return
        with self.database.writing() as connection:
            if self.queue.finish_within(connection, [(job, document)]):
                self._publish(connection, job, found, document)
                self._send(connection, job, files)

    def _write_outputs(self, job: Job, document: dict[str, Any]) -> list[Path]:
        study = read_study_row(self.database, job.subject)
        if study is None:
            return []
        return self.outputs.write(Given(study, document, read_images(self.database, job.subject), self.told.folder))

    def _send(self, connection: Connection, job: Job, files: Sequence[Path]) -> None:
        """Into the outbox in the transaction that keeps the result: what is decided is sent, and nothing else."""
        outbox = Outbox(self.database, self.told.folder)
        for archive in self.told.archives:
            for file in files:
                if file.suffix == DICOM_SUFFIX:
                    key = f"{job.key} {file.name}"
                    outbox.put_within(connection, archive, job.subject, file.name, file, key=key)

    def _examined(self, job: Job) -> Examined:
        pipeline, revisions = self.tuned.by(self.settings.snapshot())
        revision = int(job.payload["revision"])
        images = read_images(self.database, job.subject)

        def heard(part: str, model: str, answer: Answered) -> None:
            self._note(f"{model} answered")
            self.queue.progress(job, f"{model} answered")
            self._tell_answer(job, part, model, answer)

        kept = result_folder(self.told.folder, job.subject, revision)
        parts = examine(pipeline, parts_of(images, self.told.folder), heard, kept)
        return Examined(job.subject, revision, pipeline, revisions, parts)

    def _begun(self, job: Job) -> None:
        self._note(f"began job {job.id}")
        with self.database.writing(durable=False) as connection:
            self._state(connection, job.subject, {"state": StudyState.RUNNING})

    def _tell_answer(self, job: Job, part: str, model: str, answer: Answered) -> None:
        told = {
            "part": part,
            "model": model,
            "scores": dict(answer.answer.scores),
            "reason": answer.answer.reason,
            "seconds": round(answer.seconds, 3),
        }
        event = Event(job.subject, "model", told, once=f"{job.key}/{part}/{model}")
        with self.database.writing(durable=False) as connection:
            write_event(connection, self.database.clock, event)

    def _publish(self, connection: Connection, job: Job, found: Examined, document: dict[str, Any]) -> None:
        """What everybody sees of it, in the transaction that keeps the result."""
        priority = found.priority
        values: dict[str, object] = {"state": found.state, "flags": found.flags}
        values |= standing_nowhere(found.reason) if priority is None else standing(priority, job.asked)
        self._state(connection, job.subject, values)
        keep_facts(connection, job.key, found.parts)
        told = {name: document[name] for name in ("revision", "state", "reason", "priority", "settings")}
        told["conclusions"] = [part["conclusions"] for part in document["parts"]]
        write_event(connection, self.database.clock, Event(job.subject, found.state, told, once=f"{job.key}/ended"))

    def _failed(self, job: Job, reason: str) -> None:
        with self.database.writing() as connection:
            if self.queue.fail_within(connection, job, reason):
                unread = priority_unread(self.tuned.pipeline.rules, reason)  # it may be the worst that the rules know
                self._state(connection, job.subject, {"state": StudyState.FAILED} | standing(unread, job.asked))
                event = Event(job.subject, StudyState.FAILED, {"reason": reason})
                write_event(connection, self.database.clock, event)

    def _state(self, connection: Connection, study: str, values: dict[str, object]) -> None:
        connection.execute(update(STUDIES).where(STUDIES.c.uid == study).values(values))

    def _now(self) -> float:
        with self.database.reading() as connection:
            return self.database.now(connection)

    def _note(self, doing: str) -> None:
        self._progressed, self._doing = time(), doing

    def _beat(self) -> None:
        try:
            write_heartbeat(self._signs, Heartbeat.now(self.told.name, self._progressed, self._doing))
        except OSError as full:
            LOG.warning("no sign of life can be left (%s)", full.strerror)
        if _orphaned():
            self.stop.set()
        try:
            self.queue.beat(self.told.name)
        except SQLAlchemyError:
            LOG.warning("the store does not answer; the lease is not prolonged")

    @contextmanager
    def _alive(self) -> Iterator[None]:
        """Say from a thread that the process lives. A wedged study is told apart by its progress, which this is not."""
        ended = Flag()

        def beat() -> None:
            while not ended.wait(min(1.0, self.told.lease / 3)):
                self._beat()

        self._beat()
        thread = Thread(target=beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(5)
            end_heartbeat(self._signs, self.told.name)

    @property
    def _signs(self) -> Path:
        return self.told.folder / "heartbeats"


def _orphaned() -> bool:
    """Whether the service that started this process is gone: nobody would end it any more."""
    parent = parent_process()
    return parent is not None and not parent.is_alive()


def open_worker(told: Employment) -> Worker:
    """A worker with its pipeline open.

    Raises:
        UnusableInput, WrongUsage: the store or the pipeline cannot be opened.
    """
    database = open_database(told.store)
    tuned = Tuned.open(told.pipeline, told.threads, sealed=told.sealed)
    revisions = Revisions(database, Catalogue(tuned.declared))
    revisions.begin()
    queue = Queue(database, told.lease)
    return Worker(told, database, queue, tuned, LiveSettings(revisions), Outputs(told.outputs))


def work(told: Employment) -> None:
    """The body of a worker process. SIGTERM: the study in hand is finished, then it ends."""
    begin_logging(told.log)
    try:
        worker = open_worker(told)
        signal.signal(signal.SIGTERM, lambda *_: worker.stop.set())
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the service tells its workers itself
        worker.run()
    except Exception:
        LOG.exception("this worker cannot go on")  # multiprocessing would print the error's words as well
        raise SystemExit(1) from None
