"""Every awkward file of the wild, by every door: accepted or refused with a reason, and the service lives."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.errors import InvalidDicomError
from pynetdicom import _config

from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.dimse.contexts import storage_classes, transfer_syntaxes
from fiducial.serve.dimse.listening import Listening, listening
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.limits import Limits
from serve.dicomweb.conftest import client_of
from serve.dicomweb.test_stow import stow
from serve.dimse.calling import calling

FOLDER = Path(__file__).parents[3] / "shared/data/dicom_edge"
FILES = sorted(FOLDER.rglob("*.dcm"))
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FILES, reason="the awkward files are not in ../shared/data/dicom_edge"),
]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "store.sqlite")
    yield opened
    opened.close()


def sendable(path: Path) -> bool:
    """Whether a sender can name what it sends: without a file meta or a class nobody could."""
    try:
        data = dcmread(path, stop_before_pixels=True)
    except InvalidDicomError:
        return False
    return "TransferSyntaxUID" in data.file_meta and "SOPClassUID" in data


def test_every_class_and_encoding_of_theirs_is_negotiated() -> None:
    for path in filter(sendable, FILES):
        data = dcmread(path, stop_before_pixels=True)
        assert data.SOPClassUID in storage_classes(), path.name
        assert data.file_meta.TransferSyntaxUID in transfer_syntaxes(), path.name


def test_by_c_store_each_is_kept_or_refused_with_a_reason(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_config, "STORE_SEND_CHUNKED_DATASET", True)  # as it lies in the file
    kept, refused = [], {}
    with listening(archive, Listening(port=0)) as port:
        for path in filter(sendable, FILES):
            data = dcmread(path, stop_before_pixels=True)
            with calling(port, data) as association:
                status = association.send_c_store(path)
            if status.Status == 0:
                kept.append(path.name)
            else:
                refused[path.name] = status.ErrorComment
        with calling(port) as association:
            assert association.send_c_echo().Status == 0
    assert len(kept) >= 30
    assert all(refused.values())


def test_by_stow_each_is_kept_or_refused_with_a_reason(database: Database, tmp_path: Path) -> None:
    client = client_of(database, tmp_path / "data", Limits())
    told = {path.name: stow(client, path.read_bytes()) for path in FILES}
    assert {status for status, _ in told.values()} <= {200, 409}
    for answer in (answer for status, answer in told.values() if status == 409):
        failed = answer.get("FailedSOPSequence") or answer.OtherFailuresSequence
        assert failed[0][0x00091001].value
    assert sum(status == 200 for status, _ in told.values()) >= 30


def test_what_was_kept_can_be_looked_at_or_says_why_not(database: Database, tmp_path: Path) -> None:
    client = client_of(database, tmp_path / "data", Limits())
    for path in FILES:
        stow(client, path.read_bytes())
    drawn = 0
    for one in client.get("/dicomweb/instances?limit=1000").json():
        address = one["00081190"]["Value"][0].removeprefix("http://testserver")
        assert client.get(f"{address}/metadata").status_code == 200
        for what, accept in (("frames/1", "*/*"), ("frames/1", "*/*; transfer-syntax=*"), ("rendered", "*/*")):
            reply = client.get(f"{address}/{what}", headers={"Accept": accept})
            assert reply.status_code in {200, 404, 406}, (address, what, reply.text)
            drawn += what == "rendered" and reply.status_code == 200
    assert drawn >= 25
