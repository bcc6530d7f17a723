"""Open a store by its address, with the locks and the durability that a queue needs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from fiducial.errors import UnusableInput
from fiducial.serve.database import persons  # noqa: F401  (its tables are made with the others)
from fiducial.serve.database.clock import Clock, DatabaseClock
from fiducial.serve.database.schema import METADATA

PATIENCE = 30  # seconds to wait for another who writes
_WRITES = {"writes": True}


@dataclass(frozen=True, slots=True, eq=False)
class Database:
    """``durable``: what it commits outlives a loss of power. ``quick``: outlives a kill, may lose the last instants.

    What is lost of quick writes is at most a claim or a heartbeat, which is then simply made again.
    """

    address: str
    durable: Engine
    quick: Engine
    clock: Clock = field(default_factory=DatabaseClock)

    @property
    def is_sqlite(self) -> bool:
        """One file; else PostgreSQL."""
        return self.durable.dialect.name == "sqlite"

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """One transaction that takes the right to write at its start, so that it never has to give up half-way."""
        engine = self.durable if durable else self.quick
        with engine.connect().execution_options(**_WRITES) as connection, connection.begin():
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent look."""
        with self.quick.connect() as connection, connection.begin():
            yield connection

    def now(self, connection: Connection) -> float:
        """The time on the store's clock, in seconds since 1970."""
        found: Any = connection.execute(select(self.clock.now())).scalar_one()
        return float(found)

    def moment(self) -> float:
        """The time on the store's clock, for who has no connection in hand."""
        with self.reading() as connection:
            return self.now(connection)

    def close(self) -> None:
        """Give up every connection."""
        self.durable.dispose()
        self.quick.dispose()


def open_database(address: str | Path, *, clock: Clock | None = None) -> Database:
    """``postgresql://user@host/name``, ``sqlite:///file`` or the path of a file; tables are made where there are none.

    Raises:
        UnusableInput: the address is none, nobody answers there, or the driver of PostgreSQL is not installed.
    """
    told = str(address)
    url = _url(told)
    try:
        durable, quick = (_engine(url, full=full) for full in (True, False))
        METADATA.create_all(durable)
    except (SQLAlchemyError, OSError) as refused:
        raise UnusableInput(f"{shown(told)}: {_reason(refused)}") from refused
    return Database(told, durable, quick, clock or DatabaseClock())


def shown(address: str) -> str:
    """The address without its password."""
    return make_url(address).render_as_string(hide_password=True) if "://" in address else address


def _url(address: str) -> str:
    if "://" not in address:
        Path(address).parent.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{address}"
    try:
        url = make_url(address)
    except ArgumentError as unreadable:
        raise UnusableInput(
            f"{address}: is no address of a store. Expected postgresql://... or a file."
        ) from unreadable
    if url.drivername in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise UnusableInput(f"{shown(address)}: a store is SQLite or PostgreSQL. Give postgresql://... or a file.")
    return address


def _engine(url: str, *, full: bool) -> Engine:
    try:
        if url.startswith("sqlite"):
            engine = create_engine(
                url, hide_parameters=True, connect_args={"timeout": PATIENCE, "isolation_level": None}
            )
            _prepare_sqlite(engine, full=full)
            return engine
        return create_engine(
            url,
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            hide_parameters=True,  # an error that is logged must not bring a patient's name along
            json_serializer=json.dumps,
            connect_args={"options": f"-c synchronous_commit={'on' if full else 'off'}"},
        )
    except (NoSuchModuleError, ModuleNotFoundError) as missing:
        raise UnusableInput("PostgreSQL needs its driver: pip install 'fiducial[postgres]'.") from missing


def _prepare_sqlite(engine: Engine, *, full: bool) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:  # noqa: ANN401  (the driver's own)
        for pragma in (
            "journal_mode = WAL",
            f"synchronous = {'FULL' if full else 'NORMAL'}",
            "foreign_keys = ON",
            f"busy_timeout = {PATIENCE * 1000}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # A transaction that reads first and writes later may find that somebody wrote between; this one cannot.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _reason(refused: Exception) -> str:
    words = str(getattr(refused, "orig", refused)).strip().splitlines()
    return f"the store cannot be opened ({words[0] if words else refused}). Start it, or name another with --store."
