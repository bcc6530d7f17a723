"""What time it is, as SQL: a lease that is computed after the lock is taken cannot be older than the row it guards."""

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Double, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class Clock(Protocol):
    """Gives the time as an expression that the database evaluates."""

    def now(self) -> ColumnElement[float]:
        """Seconds since 1970, UTC."""
        ...


class now_seconds(FunctionElement[float]):  # noqa: N801  (named as SQL's functions are)
    """The time of the statement, not of its transaction, on either database."""

    type = Double()
    inherit_cache = True


@compiles(now_seconds, "sqlite")
def _of_sqlite(_element: now_seconds, _compiler: Any, **_: Any) -> str:  # noqa: ANN401  (SQLAlchemy's own types)
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(now_seconds, "postgresql")
def _of_postgresql(_element: now_seconds, _compiler: Any, **_: Any) -> str:  # noqa: ANN401  (as above)
    return "extract(epoch from clock_timestamp())::double precision"


@dataclass(frozen=True, slots=True)
class DatabaseClock:
    """The database's own, which all machines of a service share."""

    def now(self) -> ColumnElement[float]:
        """Seconds since 1970, UTC."""
        return now_seconds()


@dataclass(slots=True, eq=False)
class FakeClock:
    """A clock that goes when it is told to; it ships, so that whoever extends a service can test its patience."""

    seconds: float = 1_000_000.0

    def now(self) -> ColumnElement[float]:
        """What it is set to when the statement runs, not when it was made."""
        return bindparam(None, callable_=lambda: self.seconds, type_=Double())

    def advance(self, seconds: float) -> None:
        """Go on, or back with a number below zero."""
        self.seconds += seconds
