"""The API against what its own document allows, and does not: few requests here, many in ``proofs/api.py``."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from fiducial.serve.web.app import make_app
from proofs.api import fuzz, service


@pytest.mark.filterwarnings("ignore")  # of the libraries that draw the requests
def test_every_answer_is_one_that_the_document_names(tmp_path: Path) -> None:
    with service(str(tmp_path / "store.sqlite"), tmp_path / "data") as (at_work, study):
        found = fuzz(make_app(at_work), 5, study)
    assert {one.operation: one.faults for one in found if one.faults} == {}
    assert all(one.requests for one in found)


def test_what_no_store_can_hold_is_refused_in_words(address: str, tmp_path: Path) -> None:
    with service(address, tmp_path / "data") as (at_work, study):
        client = TestClient(make_app(at_work))
        assert client.get("/studies/a%00b").status_code in {404, 422}  # SQLite finds nothing, PostgreSQL takes no NUL
        assert client.get(f"/studies?offset={10**30}").status_code == 422
        assert client.get(f"/studies/{study}/events", headers={"Last-Event-ID": str(10**30)}).status_code == 422
