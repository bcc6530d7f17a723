"""The outbox: put, take, and what becomes of each letter; told in the store, so that several services can share it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from fiducial.serve.database.opening import Database
from fiducial.serve.database.schema import OUTBOX
from fiducial.serve.events import Event, write_event
from fiducial.serve.sending.letters import Letter, LetterState, LetterView

O = OUTBOX.c  # noqa: E741  (the table's columns)
LEASE = 60.0  # seconds that a sender is believed to live without a word
LONGEST = 3600.0  # seconds between two tries, at most
_VIEW = [O[name] for name in LetterView.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds until the second try, and at most between two; ``tries``: so many, then it is given up (10 hours)."""

    first: float = 5.0
    longest: float = LONGEST
    tries: int = 20

    def wait(self, tries: int, chance: float) -> float:
        """Twice as long after each try, and by chance (0-1) down to half, so that not all come back at one time."""
        return float(min(self.longest, self.first * 2 ** min(tries - 1, 30)) * (0.5 + chance / 2))


@dataclass(frozen=True, slots=True, eq=False)
class Outbox:
    """``folder``: of the service's data, below which files lie that are sent."""

    database: Database
    folder: Path
    lease: float = LEASE

    def put(self, destination: str, subject: str, name: str, content: bytes | Path, *, key: str | None = None) -> bool:
        """Keep a letter, durably."""
        with self.database.writing() as connection:
            return self.put_within(connection, destination, subject, name, content, key=key)

    def put_within(  # noqa: PLR0913  (what a letter is)
        self,
        connection: Connection,
        destination: str,
        subject: str,
        name: str,
        content: bytes | Path,
        *,
        key: str | None = None,
    ) -> bool:
        """As part of the caller's transaction: what happened and that it is sent stand or fall together.

        ``destination``: the name of one. ``subject``: the study. ``content``: bytes, or a file that stays until it was
        sent. ``key``: what is known to a destination by it already is not sent again, False.
        """
        now = self.database.now(connection)
        kept = {"content": content} if isinstance(content, bytes) else {"path": self._told(content)}
        row = {
            "key": None if key is None else f"{key} > {destination}", "destination": destination, "subject": subject,
            "name": name, "state": LetterState.WAITING.value, "due": now, "asked": now, "tries": 0, **kept,
        }  # fmt: skip
        insert = (sqlite if self.database.is_sqlite else postgresql).insert(OUTBOX)
        put = insert.values(row).on_conflict_do_nothing(index_elements=["key"]).returning(O.id)
        return connection.execute(put).first() is not None

    def take(self, holder: str, destination: str) -> Letter | None:
        """The letter that is due first, for as long as the lease is prolonged; None where none is due.

        One whose holder fell silent is taken again: it may then arrive twice, and never not at all. So is what is
        due, or held, later than anything can be: the clock was set back.
        """
        now = self.database.clock.now()
        lost = and_(O.state == LetterState.SENDING, or_(O.lease < now, O.lease > now + self.lease + 1))
        waits = and_(O.state == LetterState.WAITING, or_(O.due <= now, O.due > now + LONGEST))
        due = and_(O.destination == destination, or_(waits, lost))
        with self.database.reading() as connection:
            if connection.execute(select(O.id).where(due).limit(1)).first() is None:
                return None
        with self.database.writing() as connection:
            found = connection.execute(
                select(OUTBOX).where(due).order_by(O.due, O.id).limit(1).with_for_update(skip_locked=True)
            ).first()
            if found is None:
                return None
            held = {"state": LetterState.SENDING, "holder": holder, "lease": now + self.lease, "tries": O.tries + 1}
            connection.execute(update(OUTBOX).where(O.id == found.id).values(held))
        return self._letter(found, holder)

    def prolong(self, letter: Letter) -> bool:
        """The sending goes on; False where the letter is another's by now."""
        with self.database.writing(durable=False) as connection:
            values = {"lease": self.database.clock.now() + self.lease}
            return connection.execute(update(OUTBOX).where(_held(letter)).values(values)).rowcount == 1

    def sent(self, letter: Letter) -> bool:
        """It arrived: its content is let go, and the study's events tell it."""
        return self._end(letter, LetterState.SENT, None, {"content": None})

    def failed(self, letter: Letter, reason: str) -> bool:
        """It will not be tried again by itself."""
        return self._end(letter, LetterState.FAILED, reason, {})

    def later(self, letter: Letter, reason: str, seconds: float) -> bool:
        """It is tried again after so many seconds."""
        values = {
            "state": LetterState.WAITING, "due": self.database.clock.now() + seconds, "reason": reason,
            "holder": None, "lease": None,
        }  # fmt: skip
        with self.database.writing() as connection:
            return connection.execute(update(OUTBOX).where(_held(letter)).values(values)).rowcount == 1

    def resend(self, ids: Iterable[int]) -> int:
        """Try letters that were given up once more, as often as new ones; gives how many they are."""
        fresh = {"state": LetterState.WAITING, "due": self.database.clock.now(), "tries": 0, "ended": None}
        with self.database.writing() as connection:
            given_up = and_(O.id.in_(list(ids)), O.state == LetterState.FAILED)
            return connection.execute(update(OUTBOX).where(given_up).values(fresh)).rowcount

    def read(self, state: LetterState | None = None, subject: str | None = None, limit: int = 100) -> list[LetterView]:
        """The newest first."""
        asked = select(*_VIEW).order_by(O.id.desc()).limit(limit)
        if state is not None:
            asked = asked.where(O.state == state)
        if subject is not None:
            asked = asked.where(O.subject == subject)
        with self.database.reading() as connection:
            return [LetterView(*row) for row in connection.execute(asked)]

    def count(self) -> dict[str, int]:
        """How many are in each state."""
        with self.database.reading() as connection:
            rows = connection.execute(select(O.state, func.count()).group_by(O.state)).all()
        found = {str(state): int(count) for state, count in rows}
        return {state.value: found.get(state, 0) for state in LetterState}

    def _end(self, letter: Letter, state: LetterState, reason: str | None, also: dict[str, Any]) -> bool:
        values = {"state": state, "reason": reason, "ended": self.database.clock.now(), "holder": None, "lease": None}
        with self.database.writing() as connection:
            mine = connection.execute(update(OUTBOX).where(_held(letter)).values(values | also)).rowcount == 1
            if mine:
                document = {"destination": letter.destination, "name": letter.name, "tries": letter.tries}
                kind = "sent" if state is LetterState.SENT else "unsent"
                told = Event(letter.subject, kind, document | ({"reason": reason} if reason else {}))
                write_event(connection, self.database.clock, told)
        return mine

    def _told(self, path: Path) -> str:
        """A path below the folder as seen from there, so that every machine finds it."""
        whole = path.absolute()
        home = self.folder.absolute()
        return str(whole.relative_to(home)) if whole.is_relative_to(home) else str(whole)

    def _letter(self, row: Row[Any], holder: str) -> Letter:
        content = row.content if row.path is None else self.folder / row.path
        return Letter(row.id, row.destination, row.subject, row.name, content, row.tries + 1, holder)


def _held(letter: Letter) -> Any:  # noqa: ANN401  (SQLAlchemy's condition)
    """The letter, if it still is its sender's in this try."""
    return and_(
        O.id == letter.id, O.state == LetterState.SENDING, O.holder == letter.holder, O.tries == letter.tries
    )  # fmt: skip
