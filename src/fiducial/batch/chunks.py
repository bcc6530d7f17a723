"""What runs inside one process: a few items in a row, each leaving an outcome, and a mark of the one in work."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from fiducial.errors import FiducialError

Item = TypeVar("Item")
Result = TypeVar("Result")

LARGEST = 32  # items in a chunk: handing one over costs about a millisecond, and progress is told chunk by chunk
ROUNDS = 8  # chunks a process gets at least, so that none waits long for the slowest at the end

_FINISHED = -1


@dataclass(frozen=True, slots=True)
class Done(Generic[Item, Result]):
    """One item's outcome: exactly one of ``result`` and ``reason`` is meant; ``reason`` is None where it went well."""

    item: Item
    result: Result | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Chunk(Generic[Item]):
    """Items with their place in the batch, and the file in which the one in work is marked."""

    items: tuple[tuple[int, Item], ...]
    mark: Path


def cut(indices: Sequence[int], workers: int) -> Iterator[Sequence[int]]:
    """Cut into chunks: large enough to be cheap, small enough that all processes end together."""
    size = max(1, min(LARGEST, len(indices) // (workers * ROUNDS)))
    for start in range(0, len(indices), size):
        yield indices[start : start + size]


def work_through(work: Callable[[Item], Result], chunk: Chunk[Item]) -> list[tuple[int, Done[Item, Result]]]:
    """Every outcome of a chunk, marking each item before it is begun; what is left once all is to stop is dropped."""
    outcomes = []
    stop = stop_sign(chunk.mark.parent)
    with chunk.mark.open("wb", buffering=0) as mark:
        for index, item in chunk.items:
            if stop.exists():
                break
            _write(mark.fileno(), index)
            outcomes.append((index, outcome(work, item)))
        _write(mark.fileno(), _FINISHED)
    return outcomes


def outcome(work: Callable[[Item], Result], item: Item) -> Done[Item, Result]:
    """Run one item; whatever it raises becomes its reason."""
    try:
        return Done(item, work(item), None)
    except FiducialError as told:
        return Done(item, None, str(told))
    except (Exception, SystemExit) as wrong:  # noqa: BLE001  (a batch lists what it did not foresee, and goes on)
        return Done(item, None, f"{type(wrong).__name__}: {wrong}".rstrip(": "))


def stop_sign(marks: Path) -> Path:
    """The file whose being there tells every process to begin no further item."""
    return marks / "stop"


def suspects(marks: Path) -> set[int]:
    """The items that were in work when the processes died."""
    found = {
        int.from_bytes(mark.read_bytes(), "little", signed=True) for mark in marks.iterdir() if mark.stat().st_size
    }
    return found - {_FINISHED}


def _write(descriptor: int, index: int) -> None:
    os.pwrite(descriptor, index.to_bytes(8, "little", signed=True), 0)
