"""The DICOMweb doors of a service without workers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.intake.limits import Limits
from fiducial.serve.queue.queue import Queue
from fiducial.serve.settings.declared import Catalogue
from fiducial.serve.settings.live import LiveSettings
from fiducial.serve.settings.revisions import Revisions
from fiducial.serve.web.app import make_app
from fiducial.serve.web.state import Service


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "store.sqlite")
    yield opened
    opened.close()


def client_of(database: Database, folder: Path, limits: Limits) -> TestClient:
    queue, revisions = Queue(database), Revisions(database, Catalogue())
    revisions.begin()
    archive = Archive(database, folder, limits)
    live = LiveSettings(revisions)
    service = Service("small", database, queue, archive, Completing(database, queue, "small"), revisions, live)
    return TestClient(make_app(service))


@pytest.fixture
def client(database: Database, tmp_path: Path) -> TestClient:
    return client_of(database, tmp_path / "data", Limits(image=100_000))
