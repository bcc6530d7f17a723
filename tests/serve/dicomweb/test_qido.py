"""QIDO-RS: the rules of matching, on both stores."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydicom import dcmread, dcmwrite

from fiducial.scans.dicom import quiet
from fiducial.serve.database.opening import open_database
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.limits import Limits
from serve.dicomweb.conftest import client_of
from serve.making import radiograph

Reply = list[dict[str, Any]]


def made(sop: str, study: str, **told: object) -> BytesIO:
    """A radiograph with other words in its header."""
    written = BytesIO()
    with quiet():
        data = dcmread(radiograph(sop, study=study))
        for keyword, value in told.items():
            setattr(data, keyword, value)
        dcmwrite(written, data)
    written.seek(0)
    return written


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Three studies, which nothing changes, in a store of each kind."""
    folder = tmp_path_factory.mktemp("qido")
    address = str(folder / "store.sqlite")
    if request.param == "postgresql":
        server: str = request.getfixturevalue("postgresql")
        address = another_database(server, "qido")
    database = open_database(address)
    archive = Archive(database, folder / "data")
    archive.keep(made("1.1.1.1", "1.1", AccessionNumber="A1", SeriesNumber=1, StudyTime="1030"), "test")
    archive.keep(made("1.1.1.2", "1.1", AccessionNumber="A1", SeriesInstanceUID="1.1.2", Modality="PR"), "test")
    archive.keep(made("1.2.1.1", "1.2", PatientName="Müller^Anna", PatientID="Q_1", StudyDate="20260301"), "test")
    archive.keep(made("1.3.1.1", "1.3", PatientName="", StudyDate="", AccessionNumber="A3"), "test")
    yield client_of(database, folder / "data", Limits())
    database.close()


def another_database(server: str, name: str) -> str:
    """The address of a fresh one on a PostgreSQL."""
    opened = open_database(server)
    with opened.durable.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    opened.close()
    return server.replace("/postgres?", f"/{name}?")


def uids(found: Reply) -> list[str]:
    return [one["0020000D"]["Value"][0] for one in found]


def ask(client: TestClient, query: str, what: str = "studies") -> Reply:
    reply = client.get(f"/dicomweb/{what}?{query}")
    assert reply.status_code == 200, reply.text
    return reply.json()  # type: ignore[no-any-return]  # JSON


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["1.2", "1.1", "1.3"]),
        ("StudyInstanceUID=1.1,1.3", ["1.1", "1.3"]),
        ("0020000D=1.1\\1.3", ["1.1", "1.3"]),
        ("StudyDate=20260101", ["1.1"]),
        ("StudyDate=20260102-20260401", ["1.2"]),
        ("StudyDate=-20260201", ["1.1"]),
        ("StudyDate=20260101-", ["1.2", "1.1"]),
        ("PatientName=doe*", ["1.1"]),
        ("PatientName=Doe", ["1.1"]),
        ("PatientName=*anna", ["1.2"]),
        ("PatientName=D?e^Jane", ["1.1"]),
        ("PatientName=", ["1.2", "1.1", "1.3"]),
        ("PatientID=Q_1", ["1.2"]),
        ("PatientID=P_*", []),
        ("AccessionNumber=A3", ["1.3"]),
        ("ModalitiesInStudy=PR", ["1.1"]),
        ("StudyTime=10-11", ["1.1"]),
        ("StudyTime=09-10", ["1.1"]),
        ("StudyTime=11-", []),
        ("limit=1&offset=1", ["1.1"]),
    ],
)
def test_studies_are_found_by_the_rules_of_matching(client: TestClient, query: str, found: list[str]) -> None:
    assert uids(ask(client, query)) == found


def test_a_study_tells_what_the_standard_asks_for(client: TestClient) -> None:
    (found,) = ask(client, "StudyInstanceUID=1.1")
    told = {tag: one.get("Value") for tag, one in found.items()}
    assert told["00100010"] == [{"Alphabetic": "Doe^Jane"}]
    assert told["00080061"] == ["DX", "PR"]
    assert (told["00201206"], told["00201208"], told["00080050"]) == ([2], [2], ["A1"])
    assert told["00081190"] == ["http://testserver/dicomweb/studies/1.1"]


def test_a_name_in_another_script_arrives_as_it_was(client: TestClient) -> None:
    (found,) = ask(client, "PatientID=Q_1")
    assert found["00100010"]["Value"] == [{"Alphabetic": "Müller^Anna"}]


def test_series_of_a_study_are_counted_apart(client: TestClient) -> None:
    found = ask(client, "", "studies/1.1/series")
    assert [(one["0020000E"]["Value"], one["00201209"]["Value"]) for one in found] == [
        (["1.1.1"], [1]),
        (["1.1.2"], [1]),
    ]
    assert found[0]["00200011"]["Value"] == [1]


def test_instances_are_found_in_a_series_and_across_all(client: TestClient) -> None:
    (one,) = ask(client, "", "studies/1.1/series/1.1.2/instances")
    assert (one["00080018"]["Value"], one["00280010"]["Value"]) == (["1.1.1.2"], [16])
    assert len(ask(client, "", "studies/1.1/instances")) == 2
    assert len(ask(client, "Modality=DX", "instances")) == 3
    assert len(ask(client, "Modality=DX&PatientName=doe*", "series")) == 1


def test_what_is_asked_for_besides_is_told(client: TestClient) -> None:
    (found,) = ask(client, "includefield=PatientName,00080061&SeriesInstanceUID=1.1.2", "studies/1.1/series")
    assert found["00080061"]["Value"] == ["DX", "PR"]


def test_more_than_the_limit_is_told(client: TestClient) -> None:
    reply = client.get("/dicomweb/studies?limit=2")
    assert (len(reply.json()), "additional results" in reply.headers["Warning"]) == (2, True)


def test_what_cannot_be_matched_is_told_and_what_is_no_attribute_is_refused(client: TestClient) -> None:
    reply = client.get("/dicomweb/studies?PatientWeight=70")
    assert "not matched: PatientWeight" in reply.headers["Warning"]
    assert client.get("/dicomweb/studies?Colour=red").status_code == 400
