"""Keeps the workers of one machine alive, ends those whose work stands still, and frees what the dead held."""

import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from logging import getLogger
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from threading import Event as Flag
from time import monotonic

from sqlalchemy import Connection, update
from sqlalchemy.exc import SQLAlchemyError

from fiducial.files.heartbeats import end_heartbeat
from fiducial.pipelines.priority import priority_unread
from fiducial.rules.file import rules_of
from fiducial.serve.database.opening import Database
from fiducial.serve.database.schema import STUDIES
from fiducial.serve.events import Event, write_event
from fiducial.serve.queue.queue import Lapsed, Queue
from fiducial.serve.queue.reading import stalled_jobs
from fiducial.serve.queue.states import JobState
from fiducial.serve.settings.declared import RULES
from fiducial.serve.settings.live import LiveSettings
from fiducial.serve.studies import StudyState, standing
from fiducial.serve.work.worker import Employment, work

LOG = getLogger(__name__)
CONSUMER = "supervisor of the workers"
TURN = 0.2  # seconds
SILENCE = 5.0  # seconds after the store was away within which every worker that lives has said so
_DEADLY = "it ended its worker again and again"
_SLOWEST = 60.0  # seconds until a worker that dies at its start is started again


@dataclass(slots=True)
class _Post:
    """A place for a worker, and who holds it."""

    told: Employment
    process: BaseProcess | None = None
    started: float = 0.0
    pause: float = 0.5
    number: int = 0


@dataclass(slots=True, eq=False)
class Supervisor:
    """``start`` it once, then give it a ``turn`` again and again."""

    database: Database
    queue: Queue
    settings: LiveSettings
    posts: list[_Post] = field(default_factory=list)
    _warned: set[tuple[int, int]] = field(default_factory=set)
    _away: float = field(default=float("-inf"))  # when the store last did not answer

    def start(self, told: Employment, workers: int) -> None:
        """So many processes, each with a name that no other process ever had."""
        self.posts = [_Post(replace(told, name=f"{told.name}-{place}")) for place in range(workers)]
        for post in self.posts:
            self._employ(post)

    def run(self, stop: Flag) -> None:
        """Turn after turn until ``stop``, then let the workers finish."""
        while not stop.wait(TURN):
            try:
                self.turn()
            except SQLAlchemyError as away:
                self._away = monotonic()
                LOG.warning("the store does not answer (%s); trying again", type(away).__name__)
            except OSError as refused:  # no memory, no room: the next turn may have some
                LOG.error("no worker can be started (%s); trying again", refused.strerror)  # noqa: TRY400  (told whole)
        self.end()

    def turn(self) -> None:
        """Replace the dead, end the stuck, free what either held; also what workers of dead machines held."""
        self._end_stuck()
        for post in self.posts:
            if post.process is not None and not post.process.is_alive():
                LOG.warning("worker %s ended with %s", self._name(post), post.process.exitcode)
                self._free(worker=self._name(post))
                self._gone(post)
                post.pause = 0.5 if monotonic() - post.started > _SLOWEST else min(_SLOWEST, post.pause * 2)
            if post.process is None and monotonic() - post.started >= post.pause:
                self._employ(post)
        if monotonic() - self._away > SILENCE:
            self._free()

    def end(self, seconds: float = 30.0) -> None:
        """SIGTERM to every worker; one that does not end in time is killed, and its study waits again."""
        working = [post for post in self.posts if post.process is not None]
        for post in working:
            post.process.terminate()  # type: ignore[union-attr]  # checked above
        until = monotonic() + seconds
        for post in working:
            process = post.process
            if process is None:
                continue
            process.join(max(0.0, until - monotonic()))
            if process.is_alive():
                process.kill()
                process.join()
            self._release(post)
            self._gone(post)

    def _release(self, post: _Post) -> None:
        try:
            self.queue.release(self._name(post))
        except SQLAlchemyError:  # the others still have to be ended; what this one held is another's after its lease
            LOG.warning("the store does not answer; what %s held lapses", self._name(post))

    def _end_stuck(self) -> None:
        now = self.settings.snapshot()
        warn, kill = now.number("work.warn", CONSUMER), now.number("work.kill", CONSUMER)
        mine = {self._name(post): post for post in self.posts}
        limit = min(warn, kill)
        for job in stalled_jobs(self.database, limit):
            post = mine.get(job.worker or "")
            if post is None or post.process is None:
                continue
            if any(one.id == job.id for one in stalled_jobs(self.database, kill)):
                LOG.error("job %s makes no progress for %g s; its worker %s is ended", job.id, kill, job.worker)
                os.kill(post.process.pid or 0, signal.SIGKILL)
                post.process.join()
            elif (job.id, job.attempt) not in self._warned:
                self._warned.add((job.id, job.attempt))
                LOG.warning("job %s makes no progress for %g s (%s)", job.id, warn, job.progress)

    def _free(self, worker: str | None = None) -> None:
        for one in self.queue.lapse(worker=worker, also=_told(self.database, self.settings)):
            LOG.warning("job %s is %s: it lost its worker %s, time %s", one.id, one.state, one.worker, one.kills)

    def _employ(self, post: _Post) -> None:
        post.number += 1
        told = replace(post.told, name=self._name(post))
        post.process = get_context("spawn").Process(target=work, args=(told,), name=told.name)
        post.process.start()
        post.started = monotonic()

    def _gone(self, post: _Post) -> None:
        post.process = None  # it is told and replaced: a sign of it would alarm whoever watches from outside for ever
        end_heartbeat(post.told.folder / "heartbeats", self._name(post))

    def _name(self, post: _Post) -> str:
        return f"{post.told.name}.{post.number}"


def here() -> str:
    """This service among those of one store."""
    return f"{socket.gethostname()}-{os.getpid()}"


def _told(database: Database, settings: LiveSettings) -> Callable[[Connection, Lapsed], None]:
    """A study that killed its workers is dead in the worklist from the moment that its job is, and read early."""

    def also(connection: Connection, lapsed: Lapsed) -> None:
        values: dict[str, object] = {"state": StudyState.WAITING, "why": None}
        if lapsed.state is JobState.DEAD:
            rules = rules_of(str(settings.snapshot().read(RULES, CONSUMER)), file=RULES)
            unread = priority_unread(rules, _DEADLY)  # it may be the worst that the rules know
            values = {"state": StudyState.DEAD} | standing(unread, database.now(connection))
            told = Event(lapsed.subject, StudyState.DEAD, {"reason": _DEADLY, "kills": lapsed.kills})
            write_event(connection, database.clock, told)
        connection.execute(update(STUDIES).where(STUDIES.c.uid == lapsed.subject).values(values))

    return also
