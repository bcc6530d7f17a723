"""An append-only ledger in one SQLite file: every entry carries the hash of the one before it.

The file keeps no write-ahead log beside it, so that it can be sent as it is; an entry is on the disk before
:func:`append` returns; triggers refuse UPDATE, DELETE and REPLACE. Whoever owns the file can still drop those triggers:
then the chain tells which entry was touched first. What no chain can tell is that its last entries are gone, or that
all of it was written anew: for that, keep a hash of it elsewhere (:attr:`Entry.hash`).

The hash of an entry is the SHA-256 of the UTF-8 JSON list ``[number, at, who, kind, body, previous]`` without spaces,
``body`` being the text as it stands in the file.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fiducial.errors import UnusableInput
from fiducial.files.hashes import hash_bytes

LEDGER_SCHEMA = "fiducial.ledger/1"
NOTHING = "sha256:" + "0" * 64  # what the first entry follows
PATIENCE = 10.0  # seconds to wait for somebody else's entry
_APPLICATION, _VERSION = 0x66647563, 1  # "fduc", where SQLite keeps whose file it is
_BUSY = ("locked", "busy")
_STATEMENTS = (
    """CREATE TABLE ledger (number INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, kind TEXT NOT NULL,
    body TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL)""",
    "CREATE TRIGGER no_update BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'a ledger is append-only'); END",
    "CREATE TRIGGER no_delete BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'a ledger is append-only'); END",
    # REPLACE would delete without asking the trigger above.
    """CREATE TRIGGER only_next BEFORE INSERT ON ledger
    WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM ledger)
    BEGIN SELECT RAISE(ABORT, 'a ledger is append-only'); END""",
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {_VERSION}",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. ``at``: UTC in ISO 8601. ``body``: canonical JSON. ``previous`` and ``hash``: ``sha256:<hex>``."""

    number: int  # from 1
    at: str
    who: str
    kind: str
    body: str
    previous: str
    hash: str

    @property
    def content(self) -> dict[str, Any]:
        """The body, parsed."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the chain is not whole."""

    number: int
    sentence: str


def now() -> datetime:
    """The clock that entries are dated by."""
    return datetime.now(UTC)


def append(  # noqa: PLR0913  (what an entry is, and how it is written)
    path: Path,
    kind: str,
    body: Mapping[str, Any],
    *,
    who: str,
    after: str | None = None,
    create: bool = False,
    clock: Callable[[], datetime] = now,
    patience: float = PATIENCE,
) -> Entry:
    """Write one entry; it is on the disk, and outlives a kill or a loss of power, when this returns.

    ``after``: the hash that the last entry must have (NOTHING in an empty ledger), for who decided by what was there.
    ``create``: begin a ledger where there is none. ``patience``: seconds to wait for another who writes.

    Raises:
        UnusableInput: no ledger there, none of ours, locked, not to be written to, or its last entry is not ``after``.
        ValueError: nobody is named.
    """
    if not who.strip():
        raise ValueError("an entry must say who wrote it; got an empty name")
    with _writing(path, create=create, patience=patience) as connection:
        last = connection.execute("SELECT number, hash FROM ledger ORDER BY number DESC LIMIT 1").fetchone()
        number, previous = (0, NOTHING) if last is None else last
        if after is not None and previous != after:
            raise UnusableInput(f"{path}: somebody else wrote to this ledger in between. Give the command again.")
        entry = linked(number + 1, clock(), who, kind, canonical(body), previous)
        row = (entry.number, entry.at, entry.who, entry.kind, entry.body, entry.previous, entry.hash)
        connection.execute("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    return entry


def read_ledger(path: Path, *, patience: float = PATIENCE) -> tuple[Entry, ...]:
    """All entries by their number, whether or not the chain is whole; nothing is changed.

    Raises:
        UnusableInput: no ledger there, none of ours, of another version, or locked.
    """
    _refuse_absent(path)
    with _told(path), closing(_connect(path, "rw" if _writable(path) else "ro", patience)) as connection:
        _refuse_foreign(path, connection)
        rows = connection.execute("SELECT number, at, who, kind, body, previous, hash FROM ledger ORDER BY number")
        return tuple(Entry(*row) for row in rows)


def first_break(entries: Iterable[Entry]) -> Break | None:
    """The first entry that is missing, out of its place or changed; None where the chain is whole."""
    previous = NOTHING
    for number, entry in enumerate(entries, start=1):
        if entry.number != number:
            return Break(number, f"entry {number} is missing: entry {entry.number} stands in its place")
        if hash_of(entry) != entry.hash:
            return Break(number, f"entry {number} was changed after it was written: its hash is not that of its text")
        if entry.previous != previous:
            return Break(number, f"entry {number} does not follow entry {number - 1}: one of them was put there later")
        previous = entry.hash
    return None


def hash_of(entry: Entry) -> str:
    """The hash that the entry should carry."""
    told = [entry.number, entry.at, entry.who, entry.kind, entry.body, entry.previous]
    try:
        text = json.dumps(told, separators=(",", ":"), ensure_ascii=False)
        return hash_bytes(text.encode())
    except (TypeError, UnicodeError):  # SQLite keeps bytes where somebody put bytes
        return "no text"


def linked(number: int, at: datetime, who: str, kind: str, body: str, previous: str) -> Entry:  # noqa: PLR0913, PLR0917
    """An entry with its own hash."""
    told = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    entry = Entry(number, told, who, kind, body, previous, "")
    return Entry(number, told, who, kind, body, previous, hash_of(entry))


def canonical(body: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces; the same text from the same content.

    Raises:
        ValueError: NaN or infinity, which JSON has no form for.
    """
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


@contextmanager
def _writing(path: Path, *, create: bool, patience: float) -> Iterator[sqlite3.Connection]:
    """One transaction that nobody else writes in."""
    if not create:
        _refuse_absent(path)
    with _told(path), closing(_connect(path, "rwc" if create else "rw", patience)) as connection:
        # In this mode SQLite also syncs the folder, without which a loss of power may undo the last entry.
        connection.execute("PRAGMA synchronous = EXTRA")
        connection.execute("BEGIN IMMEDIATE")
        try:
            if create and not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                for statement in _STATEMENTS:
                    connection.execute(statement)
            _refuse_foreign(path, connection)
            yield connection
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _connect(path: Path, mode: str, patience: float) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=patience, isolation_level=None)


def _writable(path: Path) -> bool:
    """An entry that was cut off by a kill is undone by who opens the ledger next, if that one may write."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _refuse_absent(path: Path) -> None:
    if not path.is_file():
        raise UnusableInput(f"{path}: there is no such ledger. Bring it back from a copy; it cannot be made again.")


def _refuse_foreign(path: Path, connection: sqlite3.Connection) -> None:
    (application,), (version,) = (
        connection.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
    )
    if application != _APPLICATION:
        raise UnusableInput(f"{path}: is an SQLite file, but no ledger of ours. Name another file, or move it away.")
    if version != _VERSION:
        raise UnusableInput(f"{path}: is a ledger of version {version}; this program reads {_VERSION}. Update it.")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """SQLite's errors as a user understands them."""
    try:
        yield
    except sqlite3.DatabaseError as refused:
        raise UnusableInput(f"{path}: {_reason(str(refused))}") from refused


def _reason(words: str) -> str:
    if any(word in words for word in _BUSY):
        return "is locked by another program that writes to it. Try again when that one has ended."
    if "readonly" in words or "unable to open" in words:
        return "cannot be written to. Copy the whole folder to a place that you may write to."
    if "not a database" in words:
        return "is no SQLite file, so no ledger. Bring the ledger back from a copy."
    if "malformed" in words:
        return "is a damaged SQLite file. Bring the ledger back from a copy."
    return f"cannot be used as a ledger ({words})."
