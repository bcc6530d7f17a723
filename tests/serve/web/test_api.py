"""The API against what its own document allows, and does not: few requests here, many in ``proofs/api.py``."""

from pathlib import Path

import pytest

from fiducial.serve.web.app import make_app
from proofs.api import fuzz, service


@pytest.mark.filterwarnings("ignore")  # of the libraries that draw the requests
def test_every_answer_is_one_that_the_document_names(address: str, tmp_path: Path) -> None:
    with service(address, tmp_path / "data") as (at_work, study):
        found = fuzz(make_app(at_work), 5, study)
    assert {one.operation: one.faults for one in found if one.faults} == {}
    assert all(one.requests for one in found)
