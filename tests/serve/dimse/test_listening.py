"""The listener with senders that behave, that are not known, that break off, and that send what is no image."""

import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

import pytest
from pydicom import dcmread

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.dimse.allowed import Allowed
from fiducial.serve.dimse.listening import Listening, listening
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.limits import Limits
from fiducial.serve.studies import read_images, read_study_row
from serve.dimse.calling import break_off, calling, send, send_as
from serve.dimse.certificates import signed
from serve.making import STUDY, RLELossless, radiograph


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "store.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def port(archive: Archive) -> Iterator[int]:
    with listening(archive, Listening(port=0)) as at:
        yield at


def test_an_echo_is_answered(port: int) -> None:
    with calling(port) as association:
        assert association.send_c_echo().Status == 0x0000


def test_what_was_acknowledged_is_on_the_disk_and_in_the_store(port: int, archive: Archive) -> None:
    (status,) = send(port, radiograph())
    assert status.Status == 0x0000
    row = read_study_row(archive.database, STUDY)
    assert row is not None
    assert (row.images, row.source) == (1, "dicom:CT1")


def test_the_data_set_is_kept_byte_for_byte(port: int, archive: Archive) -> None:
    sent = dcmread(radiograph(syntax=RLELossless))
    send(port, radiograph(syntax=RLELossless))
    (image,) = read_images(archive.database, STUDY)
    kept = dcmread(archive.folder / image.path)
    assert kept.PixelData == sent.PixelData
    assert kept.file_meta.TransferSyntaxUID == RLELossless


def test_the_same_image_twice_is_acknowledged_twice_and_kept_once(port: int, archive: Archive) -> None:
    assert [one.Status for one in send(port, radiograph(), radiograph())] == [0, 0]
    assert len(read_images(archive.database, STUDY)) == 1


def test_an_image_that_cannot_be_understood_is_refused_with_the_reason_and_the_next_is_kept(port: int) -> None:
    first, second = send(port, radiograph(study="none"), radiograph())
    assert (first.Status, second.Status) == (0xC000, 0)
    assert first.ErrorComment.startswith("its StudyInstanceUID is 'none', which is no UID")


def test_an_image_that_is_not_what_was_announced_is_a_mismatch(port: int, archive: Archive, tmp_path: Path) -> None:
    file = tmp_path / "a.dcm"
    file.write_bytes(radiograph().read())
    status = send_as(port, file, "1.2.3.9.9")
    assert status.Status == 0xA900
    assert status.ErrorComment.startswith("its SOPInstanceUID is 1.2.3.1.1, but it was announced")
    assert read_study_row(archive.database, STUDY) is None


@pytest.mark.parametrize("limits", [Limits(free=1 << 60), Limits(image=100)])
def test_what_there_is_no_room_for_is_out_of_resources(archive: Archive, limits: Limits) -> None:
    small = Archive(archive.database, archive.folder, limits)
    with listening(small, Listening(port=0)) as port:
        (status,) = send(port, radiograph())
    assert status.Status == 0xA700


def test_a_store_that_is_away_is_out_of_resources_and_names_no_address(archive: Archive, port: int) -> None:
    with archive.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE studies RENAME TO gone")
    (status,) = send(port, radiograph())
    assert (status.Status, status.ErrorComment) == (0xA700, "the store does not answer; send it again later")


def test_an_unknown_called_title_is_rejected(port: int) -> None:
    with calling(port, called="NOBODY") as association:
        assert association.is_rejected


ALLOWED = tuple(Allowed.parse(one) for one in ("CT9@127.0.0.0/8", "CT1@10.0.0.1", "MR@127.0.0.9"))


@pytest.mark.parametrize(
    ("title", "source", "taken"),
    [("CT9", "127.0.0.1", True), ("CT1", "127.0.0.1", False), ("MR", "127.0.0.9", True), ("MR", "127.0.0.1", False)],
)
def test_a_title_may_call_from_its_own_network_alone(archive: Archive, title: str, source: str, taken: bool) -> None:  # noqa: FBT001
    with (
        listening(archive, Listening(port=0, allowed=ALLOWED)) as port,
        calling(port, title=title, source=source) as association,
    ):
        assert (association.is_established, association.is_rejected) == (taken, not taken)


def test_a_foreign_address_is_hung_up_on_before_it_says_a_word(archive: Archive) -> None:
    with (
        listening(archive, Listening(port=0, allowed=(Allowed.parse("CT1@10.0.0.1"),))) as port,
        socket.create_connection(("127.0.0.1", port), timeout=10) as caller,
    ):
        assert caller.recv(1) == b""


def test_who_is_refused_is_logged_without_a_patient(archive: Archive, caplog: pytest.LogCaptureFixture) -> None:
    with listening(archive, Listening(port=0, allowed=ALLOWED)) as port:
        send(port, radiograph(study="none"), title="CT9")
        with calling(port, title="XX"):
            pass
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("fiducial")]
    assert "an association of 'XX' from 127.0.0.1 was refused: not on the list" in ours
    assert not any("Doe" in one or "P-17" in one for one in ours)


def test_more_associations_than_the_bound_are_rejected(archive: Archive) -> None:
    with (
        listening(archive, Listening(port=0, associations=1)) as port,
        calling(port) as first,
        calling(port) as second,
    ):
        assert (first.is_established, second.is_rejected) == (True, True)


def test_a_caller_that_says_nothing_is_hung_up_on(archive: Archive) -> None:
    with (
        listening(archive, Listening(port=0, silence=0.3)) as port,
        socket.create_connection(("127.0.0.1", port), timeout=10) as caller,
    ):
        assert caller.recv(1) == b""


def test_a_silent_caller_keeps_nobody_else_waiting(archive: Archive, tmp_path: Path) -> None:
    ours = signed(tmp_path / "tls")
    with (
        listening(archive, Listening(port=0, certificates=ours)) as port,
        socket.create_connection(("127.0.0.1", port), timeout=10),  # says no word of a handshake
        calling(port, tls=ours.calling()) as association,
    ):
        assert association.send_c_echo().Status == 0x0000


def test_a_message_beyond_the_limit_is_cut_off_before_it_has_come_whole(archive: Archive) -> None:
    small = Archive(archive.database, archive.folder, Limits(image=1 << 20))
    data = dcmread(radiograph())
    data.PixelData = bytes(4 << 20)
    with listening(small, Listening(port=0)) as port, calling(port, data) as association:
        assert "Status" not in association.send_c_store(data)


def test_of_a_half_sent_study_what_was_acknowledged_stays_and_nothing_else(archive: Archive) -> None:
    before = set(Path(gettempdir()).glob("*.dcm"))
    with listening(archive, Listening(port=0)) as port:
        send(port, radiograph())
        half = dcmread(radiograph("1.2.3.1.2"))
        with calling(port, half) as association:
            break_off(association, half)
    assert [one.sop for one in read_images(archive.database, STUDY)] == ["1.2.3.1.1"]
    assert set(Path(gettempdir()).glob("*.dcm")) == before


def test_everybody_in_the_network_is_never_admitted_by_oversight() -> None:
    with pytest.raises(WrongUsage, match="needs to know who may send"):
        Listening(host="0.0.0.0")  # noqa: S104  (that is the point)


def test_a_port_that_is_taken_is_told_with_the_remedy(archive: Archive, port: int) -> None:
    with pytest.raises(UnusableInput, match="Another port: --dicom-port"), listening(archive, Listening(port=port)):
        pass


@pytest.mark.parametrize(
    ("told", "reason"),
    [("CT1@10.0.0", "is no address or network"), ("A" * 17, "is no AE title"), ("", "is no AE title")],
)
def test_a_list_that_cannot_be_read_is_told(told: str, reason: str) -> None:
    with pytest.raises(WrongUsage, match=reason):
        Allowed.parse(told)


@pytest.mark.parametrize(
    ("address", "meant"), [("10.1.2.3", True), ("::ffff:10.1.2.3", True), ("10.2.2.3", False), ("fe80::1", False)]
)
def test_an_address_is_meant_however_its_socket_writes_it(address: str, meant: bool) -> None:  # noqa: FBT001
    assert Allowed.parse("CT1@10.1.0.0/16").admits("CT1", address) is meant
