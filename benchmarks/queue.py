"""The queue with jobs that do nothing, on SQLite with two worker processes, beside huey on SQLite in the same run."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import perf_counter, sleep, time

from benchmarks.timing import Row
from fiducial.serve.database.opening import open_database
from fiducial.serve.queue.job import Ask
from fiducial.serve.queue.queue import Queue
from fiducial.serve.queue.reading import count_jobs, read_result
from fiducial.serve.queue.states import JobState
from fiducial.serve.queue.waking import waking

JOBS, ASKED = 20_000, 300
KIND = "no-op"
_HUEY = """
import sys, time
from huey import SqliteHuey
huey = SqliteHuey("q", filename=sys.argv[1])
@huey.task()
def nothing(number):
    return number
if sys.argv[2] == "put":
    for number in range(int(sys.argv[3])):
        nothing(number)
else:
    while True:
        task = huey.dequeue()
        if task is None:
            if huey.pending_count() == 0:
                break
            time.sleep(0.001)
            continue
        huey.execute(task)
"""


def queue() -> Iterator[Row]:
    """Jobs a second, taken 64 at a time and one by one, and how long one waits for its start."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        many = _drained(folder / "many.sqlite", JOBS, 64)
        one = _drained(folder / "one.sqlite", JOBS // 10, 1)
        peer = _huey(folder / "huey.sqlite", JOBS // 10)
        waits = sorted(_waits(folder / "waits.sqlite"))
    what = "a job that does nothing, two workers, SQLite"
    theirs = "huey, one by one, with the start of its processes"
    yield Row(f"{what}, claimed 64 at a time", many / JOBS, theirs, peer, "0.0001 s (10,000 a second)")
    yield Row(f"{what}, one by one", one / (JOBS // 10), theirs, peer, "")
    yield Row("enqueue to start, two workers, p50", waits[len(waits) // 2], "", None, "under 5 ms")
    yield Row("enqueue to start, two workers, p99", waits[int(0.99 * len(waits))], "", None, "under 20 ms")


def _drained(store: Path, jobs: int, batch: int) -> float:
    """Seconds until two processes have finished all jobs that lay there."""
    database = open_database(store)
    asked = Queue(database)
    asked.put([Ask(str(number), KIND, str(number)) for number in range(jobs)])
    workers = _started(_drain, 2, str(store), batch)
    start = perf_counter()
    while count_jobs(database)[JobState.DONE] < jobs:
        sleep(0.01)
    seconds = perf_counter() - start
    _end(workers)
    database.close()
    return seconds


def _drain(name: str, ready: object, store: str, batch: int) -> None:
    queue_ = Queue(open_database(store))
    ready.wait()  # type: ignore[attr-defined]  # a barrier
    while jobs := queue_.claim(name, (KIND,), batch):
        queue_.finish([(job, {}) for job in jobs])


def _waits(store: Path) -> list[float]:
    """Seconds from before a job is put until a worker has it, as that worker says."""
    database = open_database(store)
    asked = Queue(database)
    workers = _started(_stamp, 2, str(store))
    sent = {}
    for number in range(ASKED):
        sent[str(number)] = time()
        asked.put([Ask(str(number), KIND, str(number))])
        sleep(0.01)
    while count_jobs(database)[JobState.DONE] < ASKED:
        sleep(0.05)
    _end(workers)
    found = [(read_result(database, key) or {})["at"] - at for key, at in sent.items()]
    database.close()
    return found


def _stamp(name: str, ready: object, store: str) -> None:
    database = open_database(store)
    queue_ = Queue(database)
    ready.wait()  # type: ignore[attr-defined]  # as above
    with waking(database) as waker:
        while True:
            jobs = queue_.claim(name, (KIND,))
            at = time()
            if jobs:
                queue_.finish([(job, {"at": at}) for job in jobs])
            else:
                waker.wait(1.0)


def _started(body: Callable[..., None], count: int, *given: object) -> list[BaseProcess]:
    context = get_context("spawn")
    ready = context.Barrier(count + 1)
    workers = [context.Process(target=body, args=(f"w{n}", ready, *given), daemon=True) for n in range(count)]
    for worker in workers:
        worker.start()
    ready.wait()
    return list(workers)


def _end(workers: list[BaseProcess]) -> None:
    for worker in workers:
        worker.terminate()
        worker.join()


def _huey(store: Path, jobs: int) -> float:
    """Seconds a job of huey's own worker loop in two processes."""
    command = [sys.executable, "-c", _HUEY, str(store)]
    subprocess.run([*command, "put", str(jobs)], check=True)  # noqa: S603  (our own)
    start = perf_counter()
    workers = [subprocess.Popen([*command, "work"]) for _ in range(2)]  # noqa: S603  (our own)
    for worker in workers:
        worker.wait()
    return (perf_counter() - start) / jobs
