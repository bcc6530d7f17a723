"""The queue: put, claim, finish, and what happens to jobs whose worker is gone.

Learned by experiment (the decision on the queue tells it): look before taking the lock, or idle workers fight for it;
reckon leases in the database after the lock is held; accept an ending only from the attempt that holds the job.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, func, select, update

from fiducial.serve.database.opening import Database
from fiducial.serve.database.schema import JOBS
from fiducial.serve.queue.job import ALLOWED, Ask, Job
from fiducial.serve.queue.statements import J, Statements, moving
from fiducial.serve.queue.states import JobState

LEASE = 30.0  # seconds that a worker is believed to live without a word
KILLS = 3  # so many workers may a job end before nobody is given it any more
CHANNEL = "fiducial_jobs"  # on which PostgreSQL tells sleeping workers that there is work


@dataclass(frozen=True, slots=True)
class Lapsed:
    """A job whose worker was gone. ``state``: waiting again, or dead."""

    id: int
    subject: str
    worker: str
    kills: int
    state: JobState


class Queue:
    """Everything that may happen to a job, one method a move of ``queue/states.py``."""

    def __init__(self, database: Database, lease: float = LEASE) -> None:
        """``lease``: for how many seconds a worker is believed to live without a word."""
        self.database, self._lease = database, lease
        self._do = Statements.of(database.clock, lease, is_sqlite=database.is_sqlite)

    def put(self, asks: Iterable[Ask]) -> int:
        """Keep the questions, durably; gives how many are new. A key that is known is not asked again."""
        with self.database.writing() as connection:
            return self.put_within(connection, asks)

    def put_within(self, connection: Connection, asks: Iterable[Ask]) -> int:
        """As part of the caller's own transaction: a study is complete and asked about, or neither."""
        now = self._now(connection)
        rows = [_row(ask, now) for ask in asks]
        if not rows:
            return 0
        new = len(connection.execute(self._do.put, rows).all())
        if not self.database.is_sqlite:
            connection.execute(select(func.pg_notify(CHANNEL, "")))
        return new

    def claim(self, worker: str, kinds: Sequence[str], limit: int = 1) -> list[Job]:
        """The jobs that are due first, at most ``limit``. One that killed a worker before is given out alone."""
        waiting = {"kinds": list(kinds)}
        with self.database.reading() as connection:
            if connection.execute(self._do.any_waiting, waiting).first() is None:
                return []
        with self.database.writing(durable=False) as connection:
            due = connection.execute(self._do.first_due, waiting | {"limit": limit})
            rows = _alone(due.mappings().all())
            if rows:
                connection.execute(self._do.claim, {"ids": [row["id"] for row in rows], "holder": worker})
        return [_job(row, worker) for row in rows]

    def finish(self, results: Sequence[tuple[Job, Mapping[str, Any]]]) -> list[Job]:
        """Keep one result a job; gives those whose word still counted."""
        with self.database.writing(durable=False) as connection:
            return self.finish_within(connection, results)

    def finish_within(self, connection: Connection, results: Sequence[tuple[Job, Mapping[str, Any]]]) -> list[Job]:
        """As part of the caller's transaction, so that a result and what follows from it are kept together."""
        held = self._held(connection, [job for job, _ in results])
        if held:
            now = self._now(connection)
            rows = [
                {"key": job.key, "document": json.dumps(document, ensure_ascii=False), "at": now}
                for job, document in results
                if job in held
            ]
            connection.execute(self._do.finish, _among(held))
            connection.execute(self._do.keep, rows)
        return held

    def fail(self, job: Job, reason: str) -> bool:
        """It cannot be done: another try would say the same. False where the worker's word no longer counts."""
        with self.database.writing() as connection:
            return self.fail_within(connection, job, reason)

    def fail_within(self, connection: Connection, job: Job, reason: str) -> bool:
        """As part of the caller's transaction."""
        held = self._held(connection, [job])
        if held:
            connection.execute(self._do.fail, _among(held) | {"words": reason})
        return bool(held)

    def give_back(self, jobs: Sequence[Job]) -> int:
        """A worker that ends in order leaves its jobs to others; they count no kill."""
        with self.database.writing() as connection:
            held = self._held(connection, jobs)
            if held:
                connection.execute(self._do.give_back, _among(held))
            return len(held)

    def beat(self, worker: str) -> None:
        """The worker lives: its leases begin anew. Says nothing of whether its work goes on."""
        with self.database.writing(durable=False) as connection:
            connection.execute(self._do.beat, {"holder": worker})

    def progress(self, job: Job, words: str) -> bool:
        """The work goes on; False where the job is no longer this worker's, which may then stop."""
        told = {"holder": job.worker, "held": job.id, "held_attempt": job.attempt, "words": words}
        with self.database.writing(durable=False) as connection:
            return connection.execute(self._do.progress, told).rowcount == 1

    def lapse(
        self, *, worker: str | None = None, also: Callable[[Connection, Lapsed], None] | None = None
    ) -> list[Lapsed]:
        """Take the jobs of workers whose lease is over, or of one that is known to be dead; each counts a kill.

        ``also`` is done in the same transaction. A lease that ends later than any can, as after the clock was set back,
        begins anew.
        """
        if worker is None:
            self._shorten()
        gone = J.worker == worker if worker is not None else J.lease < self.database.clock.now()
        found = select(J.id, J.subject, J.worker, J.kills).where(J.state == JobState.RUNNING, gone)
        with self.database.reading() as connection:
            if connection.execute(found.limit(1)).first() is None:
                return []
        with self.database.writing() as connection:
            rows = connection.execute(found.with_for_update(skip_locked=True)).all()
            lapsed = [
                Lapsed(id_, subject, worker_, kills + 1, JobState.DEAD if kills + 1 >= KILLS else JobState.WAITING)
                for id_, subject, worker_, kills in rows
            ]
            for one in lapsed:
                move = "bury" if one.state is JobState.DEAD else "lapse"
                reason = f"{one.worker} died or fell silent at it, time {one.kills} of {KILLS}"
                ended = self.database.clock.now() if one.state is JobState.DEAD else None
                connection.execute(
                    moving(move, J.id == one.id).values(
                        kills=one.kills, lease=None, worker=None, reason=reason, ended=ended
                    )
                )
                if also is not None:
                    also(connection, one)
        return lapsed

    def _shorten(self) -> None:
        end = self.database.clock.now() + self._lease
        too_long = and_(J.state == JobState.RUNNING, J.lease > end + 1)
        with self.database.reading() as connection:
            if connection.execute(select(J.id).where(too_long).limit(1)).first() is None:
                return
        with self.database.writing() as connection:
            connection.execute(update(JOBS).where(too_long).values(lease=end))

    def release(self, worker: str) -> int:
        """Jobs of a worker that was made to end wait again, and count no kill: it was not their fault."""
        with self.database.writing() as connection:
            free = moving("give back", J.worker == worker).values(lease=None, worker=None)
            return connection.execute(free).rowcount

    def replay(self, id_: int) -> bool:
        """Try a dead or failed job again, with no kill against it; False where it is neither."""
        with self.database.writing() as connection:
            fresh = {"kills": 0, "ended": None, "reason": None, "due": self.database.clock.now()}
            moved = [
                connection.execute(moving(move, J.id == id_).values(fresh)).rowcount for move in ("replay", "retry")
            ]
            return any(moved)

    def supersede_within(self, connection: Connection, subject: str) -> int:
        """Questions about an earlier revision of a study that nobody has begun are not asked any more."""
        values = {"ended": self.database.clock.now(), "reason": "more images of the study came"}
        return connection.execute(moving("supersede", J.subject == subject).values(values)).rowcount

    def _held(self, connection: Connection, jobs: Sequence[Job]) -> list[Job]:
        """Of these jobs, those that still are their worker's in this attempt; nobody can take them meanwhile."""
        held = set(connection.execute(self._do.held, _among(jobs)).tuples())
        return [job for job in jobs if (job.id, job.worker, job.attempt) in held]

    def _now(self, connection: Connection) -> float:
        return self.database.now(connection)


def _alone(rows: Sequence[RowMapping]) -> list[RowMapping]:
    """Up to the first that killed a worker before; that one alone if it is the first, so that it betrays itself."""
    suspect = next((place for place, row in enumerate(rows) if row["kills"]), None)
    return list(rows if suspect is None else rows[: max(1, suspect)])


def _among(jobs: Sequence[Job]) -> dict[str, Any]:
    return {"ids": [job.id for job in jobs]}


def _row(ask: Ask, now: float) -> dict[str, Any]:
    return {
        "key": ask.key,
        "kind": ask.kind,
        "subject": ask.subject,
        "payload": json.dumps(ask.payload, ensure_ascii=False),
        "state": JobState.WAITING.value,
        "due": now + ALLOWED[ask.urgency],
        "asked": now,
        "attempt": 0,
        "kills": 0,
    }


def _job(row: RowMapping, worker: str) -> Job:
    return Job(
        row["id"], row["key"], row["kind"], row["subject"], json.loads(row["payload"]), row["attempt"] + 1,
        row["kills"], worker, row["asked"],
    )  # fmt: skip
