"""A service without workers, and its doors as others see them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from fiducial.serve.access.file import AccessFile
from fiducial.serve.access.ledger import Ledger
from fiducial.serve.access.options import AccessOptions
from fiducial.serve.access.sessions import Sessions
from fiducial.serve.access.tokens import Tokens
from fiducial.serve.database.opening import Database
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.queue.queue import Queue
from fiducial.serve.settings.declared import Catalogue
from fiducial.serve.settings.live import LiveSettings
from fiducial.serve.settings.revisions import Revisions
from fiducial.serve.web.app import make_app
from fiducial.serve.web.state import Service

Opened = Callable[..., TestClient]


@pytest.fixture
def tokens(database: Database) -> Tokens:
    return Tokens(database)


@pytest.fixture
def sessions(database: Database) -> Sessions:
    return Sessions(database)


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


@pytest.fixture
def opened(database: Database, tmp_path: Path) -> Opened:
    """A client of a service with these options of access."""

    def client(**options: object) -> TestClient:
        queue, revisions = Queue(database), Revisions(database, Catalogue())
        revisions.begin()
        service = Service(
            "small", database, queue, Archive(database, tmp_path / "data"), Completing(database, queue, "small"),
            revisions, LiveSettings(revisions), access=AccessOptions(**{"file": AccessFile(), **options}),  # type: ignore[arg-type]  # each test names its own
        )  # fmt: skip
        base = "https://testserver" if options.get("tls") else "http://testserver"
        return TestClient(make_app(service), base_url=base, follow_redirects=False)

    return client
