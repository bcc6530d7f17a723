"""Puts what webhooks are to hear into the outbox: every end of a study once, whichever service saw it."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, Text, cast, exists, func, insert, literal, select, update

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


@dataclass(frozen=True, slots=True, eq=False)
class Announcing:
    """``destination``: the name of a webhook. What happened before it was first named is not told."""

    outbox: Outbox
    destination: str

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
            put = [self._put(connection, dict(row)) for row in rows]
            if len(rows) < _MOST:
                self._move(connection, mark)
        return sum(put)

    def _new(self, mark: int) -> Select[Any]:
        """Ends of studies behind the mark that are not in the outbox."""
        key = literal("event ") + cast(EVENTS.c.number, Text) + literal(f" > {self.destination}")
        known = exists().where(OUTBOX.c.key == key).correlate(EVENTS)
        asked = select(EVENTS).where(EVENTS.c.number > mark, EVENTS.c.kind.in_(TOLD), ~known)
        return asked.order_by(EVENTS.c.number)

    def _move(self, connection: Connection, mark: int) -> None:
        old = EVENTS.c.at < self.outbox.database.clock.now() - _BEHIND
        sure = connection.execute(select(func.max(EVENTS.c.number)).where(EVENTS.c.number > mark, old)).scalar()
        if sure is not None:
            moved = update(ANNOUNCED).where(ANNOUNCED.c.destination == self.destination)
            connection.execute(moved.values(number=sure))

    def _put(self, connection: Connection, row: dict[str, object]) -> bool:
        document = {
            "schema": SCHEMA,
            "notice": NOTICE,
            "event": row["number"],
            "study": row["study"],
            "kind": row["kind"],
            "at": row["at"],
            "document": json.loads(str(row["document"])),
        }
        content = json.dumps(document, ensure_ascii=False).encode()
        key = f"event {row['number']}"
        return self.outbox.put_within(
            connection, self.destination, str(row["study"]), f"event {row['kind']}", content, key=key
        )

    def _mark(self, connection: Connection, *, lock: bool = False) -> int:
        asked = select(ANNOUNCED.c.number).where(ANNOUNCED.c.destination == self.destination)
        return int(connection.execute(asked.with_for_update() if lock else asked).scalar_one())
