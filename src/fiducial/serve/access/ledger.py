"""The audit log: who saw, changed and overrode what, each entry carrying the hash of the one before it.

Entries are those of :mod:`fiducial.files.ledger` (same hash, same proof), in a table of the store: what is changed and
that it was changed are one transaction, and many processes write to one chain. Writers wait for one another from their
entry to the end of their transaction, so an entry is the last thing that a transaction writes.
"""

from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from fiducial.files.ledger import NOTHING, Break, Entry, canonical, first_break, linked
from fiducial.serve.access.person import SERVICE, Person
from fiducial.serve.database.clock import Clock
from fiducial.serve.database.opening import Database
from fiducial.serve.database.persons import LEDGER

ACTING: ContextVar[Person | None] = ContextVar("acting", default=None)  # who asks for what is being done now
_LOCK = 0x66647563  # "fduc": PostgreSQL's name of the right to write the next entry
_COLUMNS = [LEDGER.c[name] for name in Entry.__dataclass_fields__]
_PAGE = 5000


@dataclass(frozen=True, slots=True)
class Chain:
    """What a look at the whole log found. ``head``: the hash of the last entry; keep it elsewhere."""

    entries: int
    head: str
    broken: Break | None
    unknown: tuple[str, ...] = ()  # heads that somebody kept and that are not in here

    @property
    def exit_code(self) -> int:
        """0, or 1 where the chain is not whole."""
        return 1 if self.broken or self.unknown else 0

    def document(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        broken = None if self.broken is None else {"number": self.broken.number, "sentence": self.broken.sentence}
        return {
            "schema": "fiducial.audit-log-check/1",
            "entries": self.entries,
            "head": self.head,
            "broken": broken,
            "unknown_heads": list(self.unknown),
        }


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did. ``who``: None is whoever asks for what is being done now, else the service."""

    action: str
    study: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    who: str | None = None


def write_entry(connection: Connection, clock: Clock, deed: Deed) -> None:
    """As the last part of the caller's transaction: what is done and that it is on record stand or fall together."""
    if connection.dialect.name != "sqlite":  # there, who writes is alone anyway
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    last = connection.execute(select(LEDGER.c.number, LEDGER.c.hash).order_by(LEDGER.c.number.desc()).limit(1)).first()
    number, previous = (0, NOTHING) if last is None else last
    at = datetime.fromtimestamp(float(connection.execute(select(clock.now())).scalar_one()), UTC)
    body = canonical({"study": deed.study, **deed.detail})
    entry = linked(number + 1, at, deed.who or acting(), deed.action, body, previous)
    row = {name: getattr(entry, name) for name in Entry.__dataclass_fields__}
    connection.execute(insert(LEDGER).values(row | {"study": deed.study}))


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """The log of one store."""

    database: Database

    def write(
        self, person: Person | str, action: str, study: str | None = None, detail: Mapping[str, Any] | None = None
    ) -> None:
        """One entry of its own; it outlives a loss of power when this returns. No patient's name belongs in it."""
        with self.database.writing() as connection:
            self.write_within(connection, person, action, study, detail)

    def write_within(
        self,
        connection: Connection,
        person: Person | str | None,
        action: str,
        study: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """As the last part of the caller's transaction. ``person``: None is whoever asks now, else the service."""
        write_entry(connection, self.database.clock, Deed(action, study, detail or {}, acting(person)))

    def read(self, *, after: int = 0, limit: int = _PAGE, study: str | None = None) -> list[Entry]:
        """The next entries behind a number, of one study or of all."""
        asked = select(*_COLUMNS).where(LEDGER.c.number > after).order_by(LEDGER.c.number).limit(limit)
        if study is not None:
            asked = asked.where(LEDGER.c.study == study)
        with self.database.reading() as connection:
            return [Entry(*row) for row in connection.execute(asked)]

    def entries(self) -> Iterator[Entry]:
        """All of them, a page at a time."""
        after = 0
        while page := self.read(after=after):
            yield from page
            after = page[-1].number

    def verify(self, heads: tuple[str, ...] = ()) -> Chain:
        """Compute every hash anew. ``heads``: hashes that were kept elsewhere, which must all be in here."""
        seen = _Seen(set(heads))
        broken = first_break(seen.of(self.entries()))
        for _ in seen.of(self.entries()) if broken is not None else ():
            pass  # the rest is counted, too
        return Chain(seen.count, seen.head, broken, tuple(one for one in heads if one in seen.missing))


@dataclass(slots=True)
class _Seen:
    missing: set[str]
    count: int = 0
    head: str = NOTHING

    def of(self, entries: Iterator[Entry]) -> Iterator[Entry]:
        self.count, self.head = 0, NOTHING
        for one in entries:
            self.count, self.head = self.count + 1, one.hash
            self.missing.discard(one.hash)
            yield one


def acting(person: Person | str | None = None) -> str:
    """The name for the record: of ``person``, else of whoever asks for what is being done now, else the service."""
    found = person if person is not None else ACTING.get()
    if found is None:
        return SERVICE
    return found.name if isinstance(found, Person) else found
