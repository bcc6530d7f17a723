"""How a service fares: what waits, who works, what is stuck or dead, how many studies an hour and how long each."""

from dataclasses import dataclass
from statistics import quantiles

from sqlalchemy import select, update

from fiducial.files.heartbeats import Heartbeat, read_heartbeats
from fiducial.serve.database.opening import Database
from fiducial.serve.database.schema import EVENTS, JOBS, STUDIES
from fiducial.serve.events import Event, write_event
from fiducial.serve.queue.queue import Queue
from fiducial.serve.queue.reading import JobView, count_jobs, read_jobs, stalled_jobs
from fiducial.serve.queue.states import JobState
from fiducial.serve.studies import StudyState
from fiducial.serve.web.state import Service

HOUR, DAY = 3600.0, 86400.0
SILENT = 15.0  # seconds after which a worker that says nothing is called silent
_ENDED = (StudyState.DECIDED, StudyState.OUTSIDE, StudyState.FAILED)
_LOOKED = 5000  # events, the newest: enough for the busiest hour of a hospital, and read in milliseconds
_CONSUMER = "page of operations"


@dataclass(frozen=True, slots=True)
class Pace:
    """Of the last hour. Seconds from the last image of a study to its answer: the median, and what 95 of 100 took."""

    studies: int
    median: float | None
    slow: float | None
    minutes: tuple[int, ...]  # how many were answered in each five minutes, oldest first


@dataclass(frozen=True, slots=True)
class Status:
    """Everything at one moment."""

    at: float
    jobs: dict[JobState, int]
    workers: list[Heartbeat]
    stuck: list[JobView]
    lost: list[JobView]
    oldest: float | None
    pace: Pace


def status_of(service: Service) -> Status:
    """Read without taking a lock; a worker that was silent for a day is gone."""
    database = service.database
    now = database.moment()
    warn = service.settings.snapshot().number("work.warn", _CONSUMER)
    beats = read_heartbeats(service.archive.folder / "heartbeats")
    waiting = read_jobs(database, [JobState.WAITING], 1)
    return Status(
        now,
        count_jobs(database),
        [one for one in beats if now - one.at < DAY],
        stalled_jobs(database, warn),
        read_jobs(database, [JobState.DEAD, JobState.FAILED], 100),
        waiting[0].asked if waiting else None,
        _pace(database, now),
    )


def replay(database: Database, queue: Queue, job: int, who: str) -> bool:
    """Ask about a dead or failed study again; False where the job is neither. That somebody did is told."""
    if not queue.replay(job):
        return False
    with database.writing() as connection:
        subject = connection.execute(select(JOBS.c.subject).where(JOBS.c.id == job)).scalar_one()
        still = (STUDIES.c.uid == subject, STUDIES.c.state.in_([StudyState.DEAD, StudyState.FAILED]))
        connection.execute(update(STUDIES).where(*still).values(state=StudyState.WAITING, why=None))
        write_event(connection, database.clock, Event(subject, "replayed", {"job": job, "by": who}))
    return True


def _pace(database: Database, now: float) -> Pace:
    newest = select(EVENTS).order_by(EVENTS.c.number.desc()).limit(_LOOKED).subquery()
    asked = (
        select(newest.c.at, STUDIES.c.changed)
        .join(STUDIES, STUDIES.c.uid == newest.c.study)
        .where(newest.c.kind.in_(_ENDED), newest.c.at > now - HOUR)
    )
    with database.reading() as connection:
        rows = connection.execute(asked).all()
    took = [max(0.0, at - changed) for at, changed in rows]
    parts = quantiles(took, n=20) if len(took) > 1 else took * 19
    counts = [0] * 12
    for at, _ in rows:
        counts[min(11, int((at - (now - HOUR)) // 300))] += 1
    return Pace(len(rows), parts[9] if parts else None, parts[18] if parts else None, tuple(counts))
