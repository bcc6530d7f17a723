"""Sleep until there may be work: at the commit of anybody on SQLite, at a NOTIFY on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any, Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from fiducial.serve.database.opening import Database
from fiducial.serve.queue.queue import CHANNEL

POLL = 0.002  # seconds; a look at `data_version` costs 5 microseconds


class Waker(Protocol):
    """Waits for one worker."""

    def wait(self, seconds: float) -> bool:
        """Until something was written, True, or so many seconds are over, False."""
        ...


@contextmanager
def waking(database: Database) -> Iterator[Waker]:
    """A waker with a connection of its own; nothing that is written after this call is missed.

    Raises:
        SQLAlchemyError: the store is away, now or while somebody waits; begin again for a new connection.
    """
    with database.quick.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        driver: Any = connection.connection.driver_connection
        try:
            yield _OfSQLite(driver) if database.is_sqlite else _OfPostgreSQL(connection, driver)
        except connection.dialect.loaded_dbapi.Error as away:  # the driver's own: SQLAlchemy did not see the call
            connection.invalidate()
            raise OperationalError("wait for work", None, away) from away


class _OfSQLite:
    def __init__(self, driver: Any) -> None:  # noqa: ANN401  (sqlite3's connection behind SQLAlchemy)
        self._driver = driver
        self._seen = self._version()

    def wait(self, seconds: float) -> bool:
        until = monotonic() + seconds
        while (found := self._version()) == self._seen:
            if monotonic() >= until:
                return False
            sleep(POLL)
        self._seen = found
        return True

    def _version(self) -> int:
        return int(self._driver.execute("PRAGMA data_version").fetchone()[0])


class _OfPostgreSQL:
    def __init__(self, connection: Connection, driver: Any) -> None:  # noqa: ANN401  (psycopg's connection)
        self._driver = driver
        connection.execute(text(f"LISTEN {CHANNEL}"))

    def wait(self, seconds: float) -> bool:
        return any(True for _ in self._driver.notifies(timeout=seconds, stop_after=1))
