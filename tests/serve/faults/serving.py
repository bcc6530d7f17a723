"""A whole service in a process of its own, which can be killed like any other."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from fiducial.serve.database.opening import Database
from fiducial.serve.queue.reading import read_jobs
from fiducial.serve.queue.states import JobState
from fiducial.serve.service import ServiceOptions, open_service


def serve(pipeline: Path, options: ServiceOptions) -> None:
    """Until SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: exit_in_order())
    with open_service(pipeline, options):
        signal.pause()


def exit_in_order() -> None:
    raise SystemExit(0)


@contextmanager
def serving(pipeline: Path, options: ServiceOptions) -> Iterator[BaseProcess]:
    """Started; killed at the end if it still lives."""
    process = get_context("spawn").Process(target=serve, args=(pipeline, options))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def held(database: Database) -> set[str]:
    """The workers that have a study in hand of which a model has answered already."""
    return {one.worker for one in read_jobs(database, [JobState.RUNNING]) if one.worker and one.progress}
