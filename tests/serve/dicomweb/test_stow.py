"""STOW-RS: what is kept, what is refused, and how the reply says so."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydicom.dataset import Dataset

from fiducial.serve.database.opening import Database
from fiducial.serve.intake.limits import Limits
from fiducial.serve.studies import read_images, read_study_row
from serve.dicomweb.conftest import client_of
from serve.making import STUDY, radiograph

KIND = 'multipart/related; type="application/dicom"; boundary=XX'


def message(parts: Sequence[bytes], *, whole: bool = True) -> bytes:
    body = b"".join(b"--XX\r\nContent-Type: application/dicom\r\n\r\n" + one + b"\r\n" for one in parts)
    return body + (b"--XX--\r\n" if whole else b"")


def stow(client: TestClient, *parts: BytesIO | bytes, study: str = "", whole: bool = True) -> tuple[int, Any]:
    content = message([one if isinstance(one, bytes) else one.read() for one in parts], whole=whole)
    reply = client.post(f"/dicomweb/studies{study}", content=content, headers={"Content-Type": KIND})
    if reply.headers["content-type"] != "application/dicom+json":
        return reply.status_code, reply.json()
    return reply.status_code, Dataset.from_json(reply.text)


def test_what_is_kept_is_named_with_where_it_can_be_had(client: TestClient, database: Database) -> None:
    status, told = stow(client, radiograph(), radiograph("1.2.3.1.2"))
    assert status == 200
    assert [one.ReferencedSOPInstanceUID for one in told.ReferencedSOPSequence] == ["1.2.3.1.1", "1.2.3.1.2"]
    assert told.RetrieveURL == f"http://testserver/dicomweb/studies/{STUDY}"
    row = read_study_row(database, STUDY)
    assert row is not None
    assert (row.images, row.source) == (2, "stow")


def test_some_refused_is_202_with_the_code_and_the_reason(client: TestClient) -> None:
    status, told = stow(client, radiograph(), radiograph("1.2.3.1.2", study="none"))
    (failed,) = told.FailedSOPSequence
    assert (status, failed.ReferencedSOPInstanceUID, failed.FailureReason) == (202, "1.2.3.1.2", 0xC000)
    assert "which is no UID" in failed[0x00091001].value


def test_nothing_kept_is_409_and_what_has_no_name_is_told_apart(client: TestClient) -> None:
    status, told = stow(client, b"no image")
    assert (status, told.OtherFailuresSequence[0].FailureReason) == (409, 0xC000)


def test_an_image_of_another_study_than_the_address_is_refused(client: TestClient, database: Database) -> None:
    status, told = stow(client, radiograph(), study="/1.2.9")
    assert (status, told.FailedSOPSequence[0].FailureReason) == (409, 0xA900)
    assert read_study_row(database, STUDY) is None


def test_an_image_beyond_the_limit_is_refused_and_the_next_is_kept(client: TestClient) -> None:
    status, told = stow(client, bytes(200_000), radiograph())
    assert (status, told.OtherFailuresSequence[0].FailureReason) == (202, 0xA700)
    assert len(told.ReferencedSOPSequence) == 1


def test_a_message_that_was_cut_off_keeps_its_whole_parts_and_says_so(client: TestClient, database: Database) -> None:
    content = message([radiograph().read(), radiograph("1.2.3.1.2").read()])[:-600]
    reply = client.post("/dicomweb/studies", content=content, headers={"Content-Type": KIND})
    assert (reply.status_code, "was cut off" in reply.headers["Warning"]) == (202, True)
    assert [one.sop for one in read_images(database, STUDY)] == ["1.2.3.1.1"]


def test_a_message_beyond_the_limit_is_413(database: Database, tmp_path: Path) -> None:
    small = client_of(database, tmp_path / "data", Limits(package=300))
    assert stow(small, bytes(1000))[0] == 413


def test_more_parts_than_the_limit_are_not_taken(database: Database, tmp_path: Path) -> None:
    small = client_of(database, tmp_path / "data", Limits(files=1))
    assert stow(small, radiograph(), radiograph("1.2.3.1.2"))[0] in {202, 413}
    assert len(read_images(database, STUDY)) <= 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/dicom"}, 415),
        ({"Content-Type": 'multipart/related; type="application/dicom+json"; boundary=XX'}, 415),
        ({"Content-Type": KIND, "Accept": "application/dicom+xml"}, 406),
        ({"Content-Type": KIND}, 400),
    ],
)
def test_what_is_no_such_message_is_told_by_its_status(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    assert client.post("/dicomweb/studies", content=b"nothing", headers=headers).status_code == status
