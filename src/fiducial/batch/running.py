"""Work over many items in processes: outcomes in order, an exception or a dead process is one item's reason."""

import re
import tempfile
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from typing import Any, Generic, TypeVar

import joblib
from joblib.externals.loky.process_executor import TerminatedWorkerError

from fiducial.batch.chunks import Chunk, Done, cut, outcome, stop_sign, suspects, work_through
from fiducial.batch.clusters import on_cluster
from fiducial.errors import WrongUsage

# joblib begins a process anew that has grown by 300 MB, as one does that opened a model, and warns each time.
warnings.filterwarnings("ignore", message="A worker stopped while some jobs", category=UserWarning)

Item = TypeVar("Item")
Result = TypeVar("Result")
Part = TypeVar("Part", bound=Iterator[Any])

FEW = 16  # starting processes costs more than this many items are worth


def run(  # noqa: PLR0913  (each is a choice of whoever hands work out)
    work: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    workers: int = -1,
    few: int = FEW,
    cluster: str | None = None,
    told: Callable[[int, int], None] | None = None,
) -> Iterator[Done[Item, Result]]:
    """Yield ``Done(item, result, reason)`` for every item, in the order given.

    Up to ``few`` items, or ``workers=1``, run in this process: an item that kills its process is then not survived.
    Otherwise an item whose process dies (a decoder's segmentation fault, the memory killer) is found, listed with its
    reason, and all others go on. ``work`` and its results must be picklable. ``workers=-1`` is one process a core.
    ``cluster`` sends the work to other machines instead: ``tcp://host:port`` is a Dask scheduler, ``ray`` or
    ``ray://host:port`` a Ray cluster; they see the same files. ``told(done, total)`` is called after every item.

    Raises:
        WrongUsage: no workers, or a cluster that cannot be reached or whose package is not installed.
    """
    processes(workers)
    total = len(items)
    if cluster is not None:
        outcomes = on_cluster(work, items, cluster)
    else:
        outcomes = _here(work, items) if total <= few or workers == 1 else _in_processes(work, items, workers)
    for count, done in enumerate(outcomes, start=1):
        if told is not None:
            told(count, total)
        yield done


def processes(workers: int) -> int:
    """How many processes this is here; ``workers=-1`` is one a core.

    Raises:
        WrongUsage: none.
    """
    if workers == 0:
        raise WrongUsage("workers must be 1 or more, or -1 for one a core; got 0.")
    return int(joblib.effective_n_jobs(workers))


def _here(work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Done[Item, Result]]:
    for item in items:
        yield outcome(work, item)


def _in_processes(work: Callable[[Item], Result], items: Sequence[Item], workers: int) -> Iterator[Done[Item, Result]]:
    with tempfile.TemporaryDirectory(prefix="batch-") as scratch:
        yield from _Batch(work, items, workers, Path(scratch)).outcomes()


class _Batch(Generic[Item, Result]):
    """One batch that outlives the death of its processes.

    Each chunk writes down which item it works on. After a death the items so named are run again, each alone: whoever
    dies again is listed. The rest starts anew behind the last outcome that was handed on.
    """

    def __init__(self, work: Callable[[Item], Result], items: Sequence[Item], workers: int, scratch: Path) -> None:
        self._work = work
        self._items = items
        self._workers = processes(workers)
        self._scratch = scratch
        self._known: dict[int, Done[Item, Result]] = {}  # found out in isolation, ahead of its turn

    def outcomes(self) -> Iterator[Done[Item, Result]]:
        given = 0
        rounds = 0
        while given < len(self._items):
            rounds += 1
            marks = self._scratch / str(rounds)
            marks.mkdir()
            try:
                for done in self._straight(given, marks):
                    given += 1
                    yield done
            except TerminatedWorkerError:
                for index in suspects(marks) - self._known.keys() or {self._first_unknown(given)}:
                    self._known[index] = self._alone(index)

    def _straight(self, start: int, marks: Path) -> Iterator[Done[Item, Result]]:
        todo = [index for index in range(start, len(self._items)) if index not in self._known]
        chunks = [
            Chunk(tuple((index, self._items[index]) for index in part), marks / str(number))
            for number, part in enumerate(cut(todo, self._workers))
        ]
        parallel = joblib.Parallel(n_jobs=max(2, self._workers), return_as="generator", batch_size=1)
        turn = start
        stop = stop_sign(marks)
        calls = (joblib.delayed(work_through)(self._work, chunk) for chunk in chunks)
        with _stopped(parallel(takewhile(lambda _: not stop.exists(), calls)), stop) as parts:
            for part in parts:
                for index, done in part:
                    yield from (self._known[known] for known in range(turn, index))
                    yield done
                    turn = index + 1
        yield from (self._known[known] for known in range(turn, len(self._items)))

    def _alone(self, index: int) -> Done[Item, Result]:
        item = self._items[index]
        # Two processes are asked for because joblib would run a single one inside this very process.
        parallel = joblib.Parallel(n_jobs=2)
        try:
            found: list[Done[Item, Result]] = parallel([joblib.delayed(outcome)(self._work, item)])
        except TerminatedWorkerError as death:
            return Done(item, None, f"the process that worked on it died ({_exit_code(death)})")
        return found[0]

    def _first_unknown(self, start: int) -> int:
        return next(index for index in range(start, len(self._items)) if index not in self._known)


@contextmanager
def _stopped(parts: Part, stop: Path) -> Iterator[Part]:
    """Let each process end the item in its hands once nobody reads on.

    Closing the generator would kill them; loky's thread then at times trips over a call that was handed in meanwhile.
    """
    try:
        yield parts
    finally:
        stop.touch()
        with suppress(TerminatedWorkerError):
            deque(parts, maxlen=0)


def _exit_code(death: TerminatedWorkerError) -> str:
    told = re.search(r"exit codes? of the workers? (?:are|is) \{([^}]*)\}", str(death))
    codes = [code for code in told[1].split(", ") if code != "SIGTERM(-15)"] if told else []
    return ", ".join(codes) or "no exit code is known"
