"""Puts what follows from events into the outbox, each once, whichever service saw it: news of a study for webhooks."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, Text, cast, exists, func, insert, literal, select, update

from fiducial.claims.evidence import NOTICE
from fiducial.serve.database.schema import ANNOUNCED, EVENTS, OUTBOX
from fiducial.serve.sending.outbox import Outbox
from fiducial.serve.studies import StudyState

SCHEMA = "fiducial.event/1"
TOLD = (StudyState.DECIDED, StudyState.OUTSIDE, StudyState.FAILED, StudyState.DEAD)
# PostgreSQL numbers an event before it is seen: a transaction may show a smaller number later. So the mark stays so
# many seconds behind, and of what lies between, what the outbox does not know is put.
_BEHIND = 60.0
_MOST = 500


def news(row: RowMapping) -> tuple[str, bytes]:
    """An event as webhooks hear it."""
    document = {
        "schema": SCHEMA,
        "notice": NOTICE,
        "event": row["number"],
        "study": row["study"],
        "kind": row["kind"],
        "at": row["at"],
        "document": json.loads(row["document"]),
    }
    return f"event {row['kind']}", json.dumps(document, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True, eq=False)
class Announcing:
    """``destination``: the name of one. What happened before it was first named is not told.

    ``kinds``: of the events that something follows from. ``write``: the letter of an event, its name and its content;
    None where there is none.
    """

    outbox: Outbox
    destination: str
    kinds: tuple[str, ...] = TOLD
    write: Callable[[RowMapping], tuple[str, bytes] | None] = news

    def begin(self) -> None:
        """From now on."""
        with self.outbox.database.writing() as connection:
            known = select(ANNOUNCED.c.number).where(ANNOUNCED.c.destination == self.destination)
            if connection.execute(known).first() is None:
                last = connection.execute(select(func.max(EVENTS.c.number))).scalar() or 0
                connection.execute(insert(ANNOUNCED).values(destination=self.destination, number=last))

    def turn(self) -> int:
        """Put what is new; gives how many letters."""
        database = self.outbox.database
        with database.reading() as connection:
            if connection.execute(self._new(self._mark(connection)).limit(1)).first() is None:
                return 0
        with database.writing() as connection:
            mark = self._mark(connection, lock=True)
            rows = connection.execute(self._new(mark).limit(_MOST)).mappings().all()
            put = [self._put(connection, row) for row in rows]
            if len(rows) < _MOST:
                self._move(connection, mark)
        return sum(put)

    def _new(self, mark: int) -> Select[Any]:
        """Ends of studies behind the mark that are not in the outbox."""
        key = literal("event ") + cast(EVENTS.c.number, Text) + literal(f" > {self.destination}")
        known = exists().where(OUTBOX.c.key == key).correlate(EVENTS)
        asked = select(EVENTS).where(EVENTS.c.number > mark, EVENTS.c.kind.in_(self.kinds), ~known)
        return asked.order_by(EVENTS.c.number)

    def _move(self, connection: Connection, mark: int) -> None:
        old = EVENTS.c.at < self.outbox.database.clock.now() - _BEHIND
        sure = connection.execute(select(func.max(EVENTS.c.number)).where(EVENTS.c.number > mark, old)).scalar()
        if sure is not None:
            moved = update(ANNOUNCED).where(ANNOUNCED.c.destination == self.destination)
            connection.execute(moved.values(number=sure))

    def _put(self, connection: Connection, row: RowMapping) -> bool:
        letter = self.write(row)
        if letter is None:
            return False
        name, content = letter
        key = f"event {row['number']}"
        return self.outbox.put_within(connection, self.destination, row["study"], name, content, key=key)

    def _mark(self, connection: Connection, *, lock: bool = False) -> int:
        asked = select(ANNOUNCED.c.number).where(ANNOUNCED.c.destination == self.destination)
        return int(connection.execute(asked.with_for_update() if lock else asked).scalar_one())
