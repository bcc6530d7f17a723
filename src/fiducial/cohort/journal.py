"""What was read of which file, written down at once, so that a build that was killed goes on where it was.

A journal is a text file beside the table that is being built: a first line that says of what, then one JSON document
a file, keyed by path, size and time of change. A line that was cut off by the kill is dropped. Records stay on disk:
only their places in the journal are held in memory.
"""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Self, TypeVar, cast

from fiducial.batch import Done, run
from fiducial.cohort.layouts.contract import Source
from fiducial.errors import UnusableInput

SCHEMA = "fiducial.cohort-journal/1"

Stamp = tuple[int, int]  # bytes, and nanoseconds of the last change


Kept = TypeVar("Kept")  # a dataclass of JSON values and bytes


def journal_path(out: Path) -> Path:
    """``cohort.parquet`` keeps its journal in ``.cohort.parquet.journal``."""
    return out.with_name(f".{out.name}.journal")


def remembered(
    work: Callable[[str], Kept | None], folder: Path, paths: list[str], source: Source, kind: type[Kept]
) -> Iterator[Done[str, Kept | None]]:
    """The outcomes of ``work`` in the order of ``paths``; those that the source's journal holds are not worked on.

    Raises:
        UnusableInput: the journal cannot be written.
    """
    if source.journal is None:
        yield from run(work, paths, workers=source.workers, told=source.told)
        return
    with Journal(source.journal, {"folder": str(folder.resolve())}) as journal:
        stamps = {path: _stamp(folder / path) for path in paths}
        known = [path for path in paths if path in journal and journal.stamp(path) == stamps[path]]
        missing = set(paths) - set(known)
        fresh = run(work, [path for path in paths if path in missing], workers=source.workers)
        for count, path in enumerate(paths, start=1):
            if path in missing:
                done = next(fresh)
                if done.reason is None:  # whatever killed a process may be gone next time
                    journal.add(path, stamps[path], None if done.result is None else _record(done.result))
            else:
                facts = journal.facts(path)
                done = Done(path, None if facts is None else kind(**facts), None)
            if source.told is not None:
                source.told(count, len(paths))
            yield done


class Journal:
    """The places of the records on disk, and where the next one goes."""

    def __init__(self, path: Path, about: Mapping[str, str]) -> None:
        """``about``: what all records are of; a journal that is about something else is begun anew."""
        self._path = path
        self._first = {"schema": SCHEMA, **about}
        self._places: dict[str, tuple[Stamp | None, int]] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        except OSError as refused:
            raise UnusableInput(f"{path}: the journal cannot be written ({refused.strerror}).") from refused
        self._load()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def __contains__(self, path: str) -> bool:
        return path in self._places

    def stamp(self, path: str) -> Stamp | None:
        """Size and time of change that the file had when it was read."""
        return self._places[path][0]

    def facts(self, path: str) -> dict[str, Any] | None:
        """What was read of it."""
        self._stream.seek(self._places[path][1])
        found: dict[str, Any] | None = json.loads(self._stream.readline(), object_hook=_read)["facts"]
        return found

    def add(self, path: str, stamp: Stamp | None, facts: dict[str, Any] | None) -> None:
        """Write one record down; it outlives a kill of this process from here on."""
        line = json.dumps({"path": path, "stamp": stamp, "facts": facts}, separators=(",", ":"), default=_written)
        self._stream.seek(0, os.SEEK_END)
        self._stream.write(line.encode() + b"\n")
        self._stream.flush()

    def _load(self) -> None:
        """Index the whole lines; a journal of another folder, or of another form, is begun anew."""
        if _parsed(self._stream.readline()) != self._first:
            self._stream.seek(0)
            self._stream.truncate()
            self._stream.write(json.dumps(self._first).encode() + b"\n")
            self._stream.flush()
            return
        place = self._stream.tell()
        for line in iter(self._stream.readline, b""):
            if not line.endswith(b"\n"):  # torn by the kill
                self._stream.truncate(place)
                break
            record = _parsed(line)
            if record is not None and record.keys() == {"path", "stamp", "facts"}:
                self._places[record["path"]] = (_as_stamp(record["stamp"]), place)
            place += len(line)


def _record(result: object) -> dict[str, Any]:
    # asdict would copy every word of every header, which took longer than reading the file.
    return {one.name: getattr(result, one.name) for one in fields(cast("Any", result))}


def _written(value: object) -> object:
    """What JSON has no form for: bytes (a thumbnail) as base64."""
    if isinstance(value, bytes):
        return {"base64": b64encode(value).decode()}
    raise TypeError(f"a record holds {type(value).__name__}, which a journal cannot keep")


def _read(found: dict[str, Any]) -> object:
    return b64decode(found["base64"]) if found.keys() == {"base64"} else found


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _as_stamp(found: list[int] | None) -> Stamp | None:
    return (found[0], found[1]) if found else None


def _stamp(path: Path) -> Stamp | None:
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_size, told.st_mtime_ns
