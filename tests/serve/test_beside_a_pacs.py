"""A whole service between a scanner, a watched folder, an archive and somebody who wants to hear."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from fastapi.testclient import TestClient

from fiducial.serve.database.opening import open_database
from fiducial.serve.dimse.listening import Listening, listening
from fiducial.serve.events import read_events
from fiducial.serve.intake.archive import Archive
from fiducial.serve.sending.destinations import Credentials, Destination, Kind
from fiducial.serve.service import ServiceOptions, open_service
from fiducial.serve.studies import StudyState, read_images
from fiducial.serve.web.app import make_app
from fiducial.serve.web.state import Service
from serve.dimse.calling import calling, send
from serve.making import STUDY, radiograph
from serve.sending.hearing import Web, web
from serve.work.test_service import state, wait

KEY = b"0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def hears() -> Iterator[Web]:
    with web(204) as there:
        yield there


@pytest.fixture(scope="module")
def pacs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Archive, int]]:
    """Another archive, which is one of ours."""
    folder = tmp_path_factory.mktemp("pacs")
    database = open_database(folder / "store.sqlite")
    archive = Archive(database, folder)
    with listening(archive, Listening(port=0, title="PACS")) as port:
        yield archive, port
    database.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("watched")


@pytest.fixture(scope="module")
def service(
    pipeline: Path, hears: Web, pacs: tuple[Archive, int], folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    send_to = [
        Destination.parse(f"webhook+http://127.0.0.1:{hears.port}/x", Credentials(signing=KEY)),
        Destination.parse(f"dicom://PACS@127.0.0.1:{pacs[1]}"),
    ]
    options = ServiceOptions(tmp_path_factory.mktemp("data"), listener=Listening(port=0), watch=folder, send=send_to)
    with open_service(pipeline, options) as at_work:
        at_work.revisions.write("intake.quiet", 0.2, author="test", reason="studies of one image")
        yield at_work


def test_a_scan_that_is_sent_is_decided_and_heard_of(service: Service, hears: Web) -> None:
    assert service.dicom_port is not None
    assert [one.Status for one in send(service.dicom_port, radiograph())] == [0]
    wait(lambda: state(service) == StudyState.DECIDED)
    wait(lambda: any(b'"kind": "decided"' in content for _, _, content in hears.heard))
    assert not any(b"Doe" in content or b"P-17" in content for _, _, content in hears.heard)


def test_a_file_that_is_copied_is_decided(service: Service, folder: Path) -> None:
    (folder / "a.dcm").write_bytes(radiograph("1.7.1", study="1.7").read())
    wait(lambda: state(service, "1.7") == StudyState.DECIDED)
    assert (folder / "taken/a.dcm").exists()


def test_what_is_put_into_the_outbox_reaches_the_archive_and_is_told(
    service: Service, pacs: tuple[Archive, int]
) -> None:
    assert service.post is not None
    (pacs_name,) = service.post.names(Kind.DICOM)
    service.post.outbox.put(pacs_name, STUDY, "result.dcm", radiograph("1.2.3.9.9").read())
    wait(lambda: read_images(pacs[0].database, STUDY))
    wait(lambda: "result.dcm" in [one.document["name"] for one in read_events(service.database) if one.kind == "sent"])


def test_the_outbox_can_be_asked_and_what_was_given_up_resent(service: Service) -> None:
    assert service.post is not None
    client = TestClient(make_app(service))
    outbox = service.post.outbox
    outbox.put("dicom://AWAY@127.0.0.1:1", "1.8", "x.dcm", b"no image")
    letter = outbox.take("test", "dicom://AWAY@127.0.0.1:1")
    assert letter is not None
    outbox.failed(letter, "away")
    (failed,) = client.get("/outbox?state=failed").json()["letters"]
    assert (failed["name"], failed["reason"]) == ("x.dcm", "away")
    assert client.post(f"/outbox/{failed['id']}/resend").status_code == 202
    assert client.post(f"/outbox/{failed['id']}/resend").status_code == 409
    assert len(client.get("/outbox").json()["destinations"]) == 2


def test_many_senders_at_once_lose_nothing(service: Service) -> None:
    port = service.dicom_port
    assert port is not None
    statuses: list[int] = []

    def scanner(number: int) -> None:
        files = [radiograph(f"1.40.{number}.{one}", study=f"1.40.{number}") for one in range(5)]
        statuses.extend(one.Status for one in send(port, *files))

    threads = [Thread(target=scanner, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [0] * 40
    assert sum(len(read_images(service.database, f"1.40.{number}")) for number in range(8)) == 40
    with calling(port) as association:
        assert association.send_c_echo().Status == 0
