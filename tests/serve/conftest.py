"""Stores to test against: SQLite always, PostgreSQL where Debian's is installed."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT
from time import sleep

import pytest

from fiducial.serve.database.clock import FakeClock
from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.intake.archive import Archive
from fiducial.serve.web.state import Service
from pipelines.making import write_pipeline
from serve.making import service_of

POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@contextmanager
def start_postgresql(home: Path) -> Iterator[str]:
    """A PostgreSQL on a socket in an empty folder; gives its address."""
    make_postgresql(home)
    with run_postgresql(home) as address:
        yield address


def make_postgresql(home: Path) -> None:
    """The files of one in an empty folder."""
    if _as_user():
        for folder in (home, *home.parents[:-2]):
            folder.chmod(folder.stat().st_mode | 0o011)
        shutil.chown(home, "postgres", "postgres")
    initdb = [*_as_user(), _tool("initdb"), "-D", "data", "-U", "fiducial", "-A", "trust", "-N", "-E", "UTF8"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=home, env={"LC_ALL": "C"})  # noqa: S603  (ours)


@contextmanager
def run_postgresql(home: Path) -> Iterator[str]:
    """One that was made, from now until the context ends; gives its address."""
    start = [*_as_user(), _tool("postgres"), "-D", "data", "-k", str(home), "-c", "listen_addresses="]
    server = subprocess.Popen(start, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=home)  # noqa: S603  (ours)
    try:
        ready = [_tool("pg_isready"), "-h", str(home), "-q"]
        while subprocess.run(ready, check=False).returncode and server.poll() is None:  # noqa: S603  (ours)
            sleep(0.1)
        yield f"postgresql://fiducial@/postgres?host={home}"
    finally:
        server.send_signal(SIGINT)  # a fast shutdown, which does not wait for whoever is still connected
        server.wait(20)


def _tool(name: str) -> str:
    return str(POSTGRES[-1] / name)


def _as_user() -> list[str]:
    root = os.getuid() == 0
    return ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if root else []


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL that this test run started."""
    if not POSTGRES:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    with start_postgresql(tmp_path_factory.mktemp("pg")) as address:
        yield address


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh store of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "store.sqlite")
    server: str = request.getfixturevalue("postgresql")
    name = f"t{abs(hash(str(tmp_path)))}"
    database = open_database(server)
    with database.durable.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    database.close()
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def database(address: str, clock: FakeClock) -> Iterator[Database]:
    opened = open_database(address, clock=clock)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classifiers, a detector and a mask, whose answers can be worked out by hand."""
    return write_pipeline(tmp_path_factory.mktemp("pipeline"))


@pytest.fixture
def served(database: Database, tmp_path: Path, pipeline: Path) -> Service:
    """A service with the small pipeline, whose studies are answered by ``making.answer``."""
    return service_of(database, tmp_path / "data", pipeline)


@pytest.fixture
def archive(database: Database, tmp_path: Path) -> Archive:
    return Archive(database, tmp_path / "data")
