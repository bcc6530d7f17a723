"""Workers that are killed at random moments: every job ends exactly once. ``python -m proofs.queue_kills OUT.md``.

Each worker is a process of its own that claims, waits a moment and finishes; a supervisor kills with -9, frees what the
dead held, and starts others. In between, every connection of the supervisor is closed and opened anew, as a restarted
server would. What each worker believes to have finished is written by itself, so that a result given twice would show.
"""

import datetime as dt
import os
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic, sleep

from sqlalchemy import select

from fiducial.claims.catalogue.entry import Urgency
from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.database.schema import JOBS, RESULTS
from fiducial.serve.queue.job import Ask
from fiducial.serve.queue.queue import Queue
from fiducial.serve.queue.states import JobState
from fiducial.serve.queue.waking import waking

KIND = "job"
_BATCH = 8
_ORDER = tuple(Urgency)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``twice``: jobs that two workers believe to have finished. ``late``: urgent ones behind routine ones."""

    jobs: int
    states: dict[str, int]
    results: int
    twice: int
    late: int
    kills: int
    restarts: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Torment:
    """``every``: seconds between two kills, about. ``pause``: a worker's longest, over one handful of jobs."""

    jobs: int
    every: float
    pause: float = 0.004
    workers: int = 2
    seed: int = 0


def torture(address: str, folder: Path, asked: Torment) -> Outcome:
    """Put the jobs, let workers do them, and kill one of them again and again."""
    draw, jobs, every = random.Random(asked.seed), asked.jobs, asked.every  # noqa: S311  (a simulation)
    database = open_database(address)
    queue = Queue(database, lease=5)
    queue.put([Ask(str(place), KIND, f"study {place}", {}, _ORDER[place % len(_ORDER)]) for place in range(jobs)])
    posts: list[BaseProcess] = []
    began, kills, restarts, names = monotonic(), 0, 0, 0
    due = began + every
    try:
        while not _ended(database):
            for post in [one for one in posts if not one.is_alive()]:
                posts.remove(post)
                queue.lapse(worker=post.name)
            while len(posts) < asked.workers:
                names += 1
                posts.append(_employed(address, folder, f"w{names}", asked.pause))
            if monotonic() > due:
                os.kill(draw.choice(posts).pid or 0, signal.SIGKILL)
                kills, due = kills + 1, monotonic() + draw.uniform(0.2, 1.8) * every
                if kills % 5 == 0:  # the server is restarted
                    database.close()
                    database, restarts = open_database(address), restarts + 1
                    queue = Queue(database, lease=5)
            for one in _dead(database):
                queue.replay(one)
            sleep(0.01)
    finally:
        for post in posts:
            post.kill()
            post.join()
    return _outcome(database, folder, jobs, kills, restarts, monotonic() - began)


def _employed(address: str, folder: Path, name: str, pause: float) -> BaseProcess:
    process = get_context("spawn").Process(target=work, args=(address, folder, name, pause), name=name)
    process.start()
    return process


def work(address: str, folder: Path, name: str, pause: float) -> None:
    """A worker: what it finishes is in its file before it claims again."""
    database, draw = open_database(address), random.Random(name)  # noqa: S311  (a simulation)
    queue = Queue(database, lease=5)
    with (folder / f"{name}.done").open("a", buffering=1) as done, waking(database) as waker:
        while True:
            claimed = queue.claim(name, (KIND,), _BATCH)
            if not claimed:
                waker.wait(0.1)
                continue
            sleep(draw.uniform(0, pause))
            for job in queue.finish([(job, {"by": name}) for job in claimed]):
                done.write(f"{job.key}\n")


def _ended(database: Database) -> bool:
    left = select(JOBS.c.id).where(JOBS.c.state != JobState.DONE).limit(1)
    with database.reading() as connection:
        return connection.execute(left).first() is None


def _dead(database: Database) -> list[int]:
    with database.reading() as connection:
        return list(connection.execute(select(JOBS.c.id).where(JOBS.c.state == JobState.DEAD)).scalars())


def _outcome(database: Database, folder: Path, jobs: int, kills: int, restarts: int, seconds: float) -> Outcome:  # noqa: PLR0913, PLR0917
    with database.reading() as connection:
        states = Counter(connection.execute(select(JOBS.c.state)).scalars())
        results = len(connection.execute(select(RESULTS.c.key)).all())
        begun = connection.execute(select(JOBS.c.due, JOBS.c.begun).where(JOBS.c.attempt == 1)).all()
    database.close()
    told = Counter(key for path in folder.glob("*.done") for key in path.read_text().split())
    first_routine = min((at for due, at in begun if due == max(due for due, _ in begun)), default=0.0)
    urgent = min(due for due, _ in begun) if begun else 0.0
    late = sum(1 for due, at in begun if due == urgent and at > first_routine)
    twice = sum(1 for count in told.values() if count > 1)
    return Outcome(jobs, dict(states), results, twice, late, kills, restarts, seconds)


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL of its own, as the tests start it."""
    from serve.conftest import start_postgresql  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as name, start_postgresql(Path(name)) as address:
        yield address


def main(out: Path, jobs: int = 10_000) -> None:
    """Both stores, and the table."""
    lines, command = [], "python -m proofs.queue_kills docs/proofs-queue.md"
    for store in ("SQLite", "PostgreSQL"):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            if store == "SQLite":
                found = torture(str(folder / "store.sqlite"), folder, Torment(jobs, 0.15))
            else:
                with postgresql() as address:
                    found = torture(address, folder, Torment(jobs, 0.15))
        lines.append(
            f"| {store} | {found.jobs:,} | {found.kills} | {found.restarts} | {found.states} | {found.results:,} | "
            f"{found.twice} | {found.late} | {found.seconds:.0f} s |"
        )
    text = [
        "# Workers that are killed",
        "",
        f"`{command}`, {dt.datetime.now(tz=dt.UTC).date()}. Two workers, killed",
        "by kill -9 at random moments; after every fifth kill the server's own connections are opened anew.",
        "",
        "| store | jobs | kills | restarts | how they ended | results | given twice | urgent behind routine | |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *lines,
        "",
    ]
    out.write_text("\n".join(text), encoding="utf-8")
    print("\n".join(text))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    main(Path(sys.argv[1]))
