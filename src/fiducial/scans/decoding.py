"""Ordered slices into one array of HU: in threads where pixels lie plain, in processes where they must be unpacked."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from fiducial.batch import Done, run
from fiducial.batch.chunks import outcome
from fiducial.errors import UnusableInput
from fiducial.scans.dicom import parse_pixels, pixels_of
from fiducial.scans.hounsfield import Clipped, fill
from fiducial.scans.slices import Slice
from fiducial.scans.volume import Voxels

Item = TypeVar("Item")
Result = TypeVar("Result")

NAMED = 3  # files in a message; the others are counted
_PROCESSES_PAY = 64  # files: decoders hold Python's lock, but starting processes takes a second


@dataclass(frozen=True, slots=True)
class Wanted:
    """The slices of one file, and their places in the volume."""

    path: Path
    places: tuple[int, ...]
    slices: tuple[Slice, ...]


def decode(ordered: Sequence[Slice], workers: int) -> tuple[Voxels, Clipped]:
    """(slices, rows, columns) in HU; every slice is written to its place as soon as it is decoded.

    Raises:
        UnusableInput: pixels are cut off or cannot be decoded; it names the files.
    """
    out = np.empty((len(ordered), *ordered[0].shape), np.int16)
    by_file: dict[Path, list[int]] = defaultdict(list)
    for index, one in enumerate(ordered):
        by_file[one.path].append(index)
    wanted = [Wanted(path, tuple(at), tuple(ordered[i] for i in at)) for path, at in by_file.items()]
    names = [one.path.name if len(wanted) > 1 else "" for one in wanted]
    if ordered[0].is_packed and len(wanted) > _PROCESSES_PAY and workers > 1:
        clipped = results(_in_processes(out, wanted, workers), names)
    else:
        with in_threads(workers) as pool:
            clipped = results(pool.map(partial(outcome, partial(_write, out)), wanted), names)
    return out, Clipped(sum(clipped))


def hounsfield(one: Slice) -> Voxels:
    """One slice alone, (1, rows, columns) in HU.

    Raises:
        UnusableInput: its pixels are cut off or cannot be decoded.
    """
    return decode([one], 1)[0]


def in_threads(workers: int) -> ThreadPoolExecutor:
    """A pool for files. Wrap its use in ``quiet``.

    Threads switch warnings and pydicom's checks off and on for the whole process; the outermost puts them right.
    """
    return ThreadPoolExecutor(workers)


def results(done: Iterable[Done[Item, Result]], names: Sequence[str]) -> list[Result]:
    """Every result, or one error for all that failed; ``names`` go with the items, an empty one is not told.

    Raises:
        UnusableInput: an item failed.
    """
    found: list[Result] = []
    failed: dict[str, list[str]] = defaultdict(list)
    for name, one in zip(names, done, strict=True):
        if one.reason is not None:
            failed[one.reason].append(name)
        elif one.result is not None:
            found.append(one.result)
    if failed:
        told = [_told(reason, some) for reason, some in list(failed.items())[:NAMED]]
        more = sum(len(some) for some in list(failed.values())[NAMED:])
        raise UnusableInput("; ".join(told) + (f" (and {more} more files fail)" if more else ""))
    return found


def _told(reason: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    told = ", ".join(names[:NAMED]) + more
    return f"{told}: {reason}" if told else reason


def _in_processes(out: Voxels, wanted: Sequence[Wanted], workers: int) -> Iterator[Done[Wanted, int]]:
    for done in run(_unpacked, wanted, workers=workers):
        clipped = 0
        if done.result is not None:
            array, clipped = done.result
            out[list(done.item.places)] = array
        yield Done(done.item, clipped, done.reason)


def _unpacked(wanted: Wanted) -> tuple[Voxels, int]:
    out = np.empty((len(wanted.slices), *wanted.slices[0].shape), np.int16)
    return out, _write(out, Wanted(wanted.path, tuple(range(len(out))), wanted.slices))


def _write(out: Voxels, wanted: Wanted) -> int:
    """Decode one file and write its slices to their places in ``out``; how many voxels were clipped."""
    part = wanted.slices[0].part
    frames = pixels_of(parse_pixels(part.path, part.dataset, part.pixels_at))
    clipped = 0
    for place, one in zip(wanted.places, wanted.slices, strict=True):
        if one.frame >= len(frames) or frames[one.frame].shape != one.shape:
            raise UnusableInput(f"has pixels of {frames.shape} where its header promises others; copy the file again")
        clipped += fill(out[place], frames[one.frame], one.slope, one.intercept)
    return clipped
