"""When a study is complete: after a quiet time, or when somebody says so; then it is asked about, once a revision."""

from dataclasses import dataclass

from sqlalchemy import Connection, and_, select, update

from fiducial.serve.database.opening import Database
from fiducial.serve.database.schema import STUDIES
from fiducial.serve.events import Event, write_event
from fiducial.serve.queue.job import KIND, Ask
from fiducial.serve.queue.queue import Queue
from fiducial.serve.studies import StudyState

_ASTRAY = 1.0  # seconds that clocks may be apart without anything being wrong


@dataclass(frozen=True, slots=True, eq=False)
class Completing:
    """``kind``: of the workers that shall look at what is complete."""

    database: Database
    queue: Queue
    kind: str = KIND

    def quiet(self, seconds: float) -> list[str]:
        """Complete every study to which no image has come for so long."""
        self._begin_anew()
        still = STUDIES.c.changed <= self.database.clock.now() - seconds
        with self.database.reading() as connection:
            asked = select(STUDIES.c.uid).where(STUDIES.c.complete.is_(False), still).order_by(STUDIES.c.changed)
            found = connection.execute(asked).scalars().all()
        return [uid for uid in found if self.complete(uid)]

    def complete(self, uid: str) -> bool:
        """Make what has come a revision and ask about it; False where nothing has come since, or no such study."""
        with self.database.writing() as connection:
            asked = select(STUDIES.c.revision, STUDIES.c.images).where(
                STUDIES.c.uid == uid, STUDIES.c.complete.is_(False)
            )
            found = connection.execute(asked.with_for_update()).first()
            if found is None:
                return False
            self._revised(connection, uid, found.revision + 1, found.images)
            return True

    def _begin_anew(self) -> None:
        """A clock that was set back makes no study wait until it has caught up: its quiet time begins now."""
        now = self.database.clock.now()
        ahead = and_(STUDIES.c.complete.is_(False), STUDIES.c.changed > now + _ASTRAY)
        with self.database.reading() as connection:
            if connection.execute(select(STUDIES.c.uid).where(ahead).limit(1)).first() is None:
                return
        with self.database.writing() as connection:
            connection.execute(update(STUDIES).where(ahead).values(changed=now))

    def _revised(self, connection: Connection, uid: str, revision: int, images: int) -> None:
        values = {"complete": True, "revision": revision, "state": StudyState.WAITING, "review": None, "reviewer": None}
        connection.execute(update(STUDIES).where(STUDIES.c.uid == uid).values(values))
        self.queue.supersede_within(connection, uid)
        self.queue.put_within(connection, [Ask(f"{uid}/{revision}", self.kind, uid, {"revision": revision})])
        told = Event(uid, "complete", {"revision": revision, "images": images})
        write_event(connection, self.database.clock, told)
