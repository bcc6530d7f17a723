"""A door with answered studies behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.web.app import make_app
from fiducial.serve.web.state import Service
from serve.making import answer, radiograph

EVIL = "<script>alert(1)</script>^'\"Ann"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """What pages say is the same on both stores; what they ask is tested on both where it is asked."""
    opened = open_database(tmp_path / "store.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def client(served: Service) -> TestClient:
    """One study of a patient whose name is none, and an older one of the same patient."""
    answer(
        served,
        radiograph(PatientName=EVIL),
        radiograph("1.7.1", study="1.7", PatientName=EVIL, StudyDate="20240101"),
    )
    return TestClient(make_app(served))
