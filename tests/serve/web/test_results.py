"""Results over HTTP."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from fastapi.testclient import TestClient
from pydicom import dcmread

from fiducial.serve.database.opening import open_database
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.queue.queue import Queue
from fiducial.serve.settings.declared import Catalogue
from fiducial.serve.settings.live import LiveSettings
from fiducial.serve.settings.revisions import Revisions
from fiducial.serve.web.app import make_app
from fiducial.serve.web.state import Service
from serve.making import STUDY, radiograph
from serve.results.deciding import decide


@pytest.fixture(scope="module")
def client(pipeline: Path, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    folder = tmp_path_factory.mktemp("data")
    decide(pipeline, folder, [radiograph(), radiograph("1.2.3.1.2", grey=90)])
    database = open_database(folder / "store.sqlite")
    queue, revisions = Queue(database), Revisions(database, Catalogue())
    archive = Archive(database, folder)
    archive.keep(radiograph("9.1.1", study="9"), "test")
    completing = Completing(database, queue, "small")
    return TestClient(
        make_app(Service("small", database, queue, archive, completing, revisions, LiveSettings(revisions)))
    )


def test_every_format_has_its_address(client: TestClient) -> None:
    told = client.get(f"/studies/{STUDY}/results").json()["results"]
    assert set(told) == {"fhir", "gsps", "hl7", "ko", "override", "sc", "seg", "sr"}


def test_a_report_is_a_file_of_dicom(client: TestClient) -> None:
    found = client.get(f"/studies/{STUDY}/results/sr")
    assert found.headers["content-type"] == "application/dicom"
    assert dcmread(BytesIO(found.content)).Modality == "SR"


def test_several_files_are_a_zip(client: TestClient) -> None:
    found = client.get(f"/studies/{STUDY}/results/gsps")
    assert len(ZipFile(BytesIO(found.content)).namelist()) == 2


def test_a_study_that_is_not_decided_has_no_results_and_says_so(client: TestClient) -> None:
    found = client.get("/studies/9/results/sr")
    assert (found.status_code, "has no result" in found.json()["detail"]) == (404, True)


def test_a_format_that_does_not_exist_is_told_with_those_that_do(client: TestClient) -> None:
    assert "There are: fhir, gsps" in client.get(f"/studies/{STUDY}/results/pdf").json()["detail"]
