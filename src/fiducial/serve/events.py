"""What happened to a study, numbered and kept: who was away hears all of it, in order, from where it stopped."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select

from fiducial.serve.access.ledger import Deed, write_entry
from fiducial.serve.database.clock import Clock
from fiducial.serve.database.opening import Database
from fiducial.serve.database.schema import EVENTS

LOGGED = {"receiving": "sent", "overridden": "overrode"}  # kinds of which the audit log says who did it, and its word


@dataclass(frozen=True, slots=True)
class Event:
    """``once``: an event of that key is told once, however often its writer is killed and begins again."""

    study: str
    # receiving, complete, model, decided, outside, failed, dead, accepted, overridden, read, replayed, sent, unsent
    kind: str
    document: Mapping[str, Any] = field(default_factory=dict)
    once: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """An event with its number and its time, in seconds since 1970."""

    number: int
    study: str
    kind: str
    document: Mapping[str, Any]
    at: float


def write_event(connection: Connection, clock: Clock, event: Event) -> None:
    """As part of the caller's transaction: what happened and that it is told stand or fall together."""
    if event.once is not None:
        known = select(EVENTS.c.number).where(EVENTS.c.once == event.once)
        if connection.execute(known).first() is not None:
            return
    document = json.dumps(event.document, ensure_ascii=False)
    row = {"study": event.study, "kind": event.kind, "document": document, "once": event.once, "at": clock.now()}
    connection.execute(insert(EVENTS).values(row))
    if event.kind in LOGGED:
        write_entry(connection, clock, Deed(LOGGED[event.kind], event.study, event.document))


def read_events(database: Database, *, after: int = 0, study: str | None = None, limit: int = 500) -> list[Written]:
    """The next events behind a number, of one study or of all."""
    asked = select(EVENTS).where(EVENTS.c.number > after).order_by(EVENTS.c.number).limit(limit)
    if study is not None:
        asked = asked.where(EVENTS.c.study == study)
    with database.reading() as connection:
        rows = connection.execute(asked).mappings().all()
    return [Written(row["number"], row["study"], row["kind"], json.loads(row["document"]), row["at"]) for row in rows]
