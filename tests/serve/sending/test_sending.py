"""Senders against peers that take, refuse, are away, or are very slow."""

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import monotonic, sleep, time

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian
from pynetdicom.presentation import build_context

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.dimse.listening import Listening, listening
from fiducial.serve.events import Event, read_events, write_event
from fiducial.serve.intake.archive import Archive
from fiducial.serve.sending.cstore import DicomPeer
from fiducial.serve.sending.destinations import Credentials, Destination, Kind
from fiducial.serve.sending.letters import Letter, LetterState, NotTaken, Unsendable
from fiducial.serve.sending.outbox import Outbox, Patience
from fiducial.serve.sending.post import Post
from fiducial.serve.sending.sender import Sender
from fiducial.serve.sending.webhook import SIGNATURE, is_signed, signature
from fiducial.serve.studies import read_images
from serve.making import STUDY, RLELossless, radiograph
from serve.sending.hearing import web

KEY = b"0123456789abcdef0123456789abcdef"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "store.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def outbox(database: Database, tmp_path: Path) -> Outbox:
    return Outbox(database, tmp_path)


def letter(content: bytes) -> Letter:
    return Letter(1, "there", "1.2.3", "sr.dcm", content, 1, "a")


def test_a_file_arrives_by_c_store(database: Database, tmp_path: Path) -> None:
    archive = Archive(database, tmp_path / "other")
    with listening(archive, Listening(port=0)) as port:
        destination = Destination.parse(f"dicom://FIDUCIAL@127.0.0.1:{port}")
        destination.peer.send(letter(radiograph(syntax=RLELossless).read()))
    (image,) = read_images(database, STUDY)
    assert dcmread(archive.folder / image.path).file_meta.TransferSyntaxUID == RLELossless


def test_what_is_not_taken_compressed_is_sent_plain(database: Database, tmp_path: Path) -> None:
    old = build_context(DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian)
    archive = Archive(database, tmp_path / "other")
    with pytest.MonkeyPatch.context() as here:
        here.setattr("fiducial.serve.dimse.listening.accepted_contexts", lambda: [old])
        with listening(archive, Listening(port=0)) as port:
            peer = DicomPeer("FIDUCIAL", "127.0.0.1", port, "US")
            peer.send(letter(radiograph(syntax=RLELossless).read()))
    (image,) = read_images(database, STUDY)
    kept = dcmread(archive.folder / image.path)
    assert (kept.SOPInstanceUID, kept.PixelData) == ("1.2.3.1.1", bytes([200]) * 256)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # pynetdicom drops a line unclosed
@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("dicom://NOBODY@127.0.0.1:{port}", "rejected the association"),
        ("dicom://FIDUCIAL@127.0.0.1:1", "does not answer"),
    ],
)
def test_a_pacs_that_says_no_or_nothing_is_tried_again(
    database: Database, tmp_path: Path, address: str, reason: str
) -> None:
    with listening(Archive(database, tmp_path), Listening(port=0)) as port, pytest.raises(NotTaken, match=reason):
        Destination.parse(address.format(port=port)).peer.send(letter(radiograph().read()))


def test_a_refused_image_is_told_with_the_others_words(database: Database, tmp_path: Path) -> None:
    with (
        listening(Archive(database, tmp_path), Listening(port=0)) as port,
        pytest.raises(NotTaken, match=r"answered 0xC000 \(its StudyInstanceUID is 'none'"),
    ):
        Destination.parse(f"dicom://FIDUCIAL@127.0.0.1:{port}").peer.send(letter(radiograph(study="none").read()))


@pytest.mark.parametrize("content", [b"", b"no image at all"])
def test_what_is_no_dicom_is_never_tried_again(content: bytes) -> None:
    with pytest.raises(Unsendable):
        DicomPeer("X", "127.0.0.1", 1, "US").send(letter(content))


def test_a_file_arrives_by_stow_with_the_login_and_nothing_of_it_in_the_name() -> None:
    with web() as there:
        destination = Destination.parse(f"http://me:se%40cret@127.0.0.1:{there.port}/dicom-web")
        destination.peer.send(letter(b"image"))
    ((path, headers, content),) = there.heard
    assert (path, destination.name) == ("/dicom-web/studies", f"http://127.0.0.1:{there.port}/dicom-web")
    assert headers["Content-Type"].startswith('multipart/related; type="application/dicom"')
    assert headers["Authorization"] == f"Basic {b64encode(b'me:se@cret').decode()}"
    assert b"Content-Type: application/dicom\r\n\r\nimage\r\n" in content


@pytest.mark.parametrize("status", [202, 301, 401, 409, 500])
def test_any_other_answer_to_a_file_is_tried_again(status: int) -> None:
    with web(status) as there, pytest.raises(NotTaken, match=f"answered {status}"):
        Destination.parse(f"http://127.0.0.1:{there.port}/dicom-web").peer.send(letter(b"image"))


def test_a_webhook_hears_what_is_signed() -> None:
    with web(204) as there:
        hook = Destination.parse(f"webhook+http://127.0.0.1:{there.port}/hears", Credentials(signing=KEY))
        hook.peer.send(letter(b'{"kind": "decided"}'))
    ((path, headers, content),) = there.heard
    assert (path, hook.kind) == ("/hears", Kind.WEBHOOK)
    assert is_signed(content, KEY, headers[SIGNATURE], time())


def test_a_signature_is_of_the_content_the_key_and_the_time() -> None:
    told = signature(b"news", KEY, 1000)
    assert is_signed(b"news", KEY, told, 1000)
    assert not is_signed(b"other", KEY, told, 1000)
    assert not is_signed(b"news", KEY[::-1], told, 1000)
    assert not is_signed(b"news", KEY, told, 2000)


@dataclass
class Peer:
    """Fails as often as it is told to."""

    failures: int = 0
    error: type[Exception] = NotTaken
    pause: float = 0.0
    taken: list[str] = field(default_factory=list)

    def send(self, letter: Letter) -> None:
        sleep(self.pause)
        if self.failures:
            self.failures -= 1
            raise self.error("away")
        self.taken.append(letter.name)


def sender(outbox: Outbox, peer: Peer, patience: Patience | None = None) -> Sender:
    return Sender(
        "a", outbox, Destination("there", Kind.DICOM, peer), patience or Patience(0, 0, 3), np.random.default_rng(0)
    )


@pytest.mark.parametrize("error", [NotTaken, ValueError, TimeoutError])
def test_a_letter_is_tried_until_it_is_taken(outbox: Outbox, error: type[Exception]) -> None:
    outbox.put("there", "1", "n", b"")
    peer = Peer(failures=2, error=error)
    assert [sender(outbox, peer).turn() for _ in range(4)] == [False, False, True, False]
    assert (peer.taken, outbox.count()["sent"]) == (["n"], 1)


def test_a_letter_is_given_up_after_so_many_tries_with_the_last_reason(outbox: Outbox) -> None:
    outbox.put("there", "1", "n", b"")
    peer = Peer(failures=9)
    for _ in range(5):
        sender(outbox, peer).turn()
    (seen,) = outbox.read(LetterState.FAILED)
    assert (seen.tries, seen.reason, peer.failures) == (3, "away", 6)


def test_what_can_never_be_sent_does_not_hold_up_the_others(outbox: Outbox) -> None:
    outbox.put("there", "1", "bad", b"")
    outbox.put("there", "1", "good", b"")
    peer = Peer(failures=1, error=Unsendable)
    assert [sender(outbox, peer).turn() for _ in range(2)] == [True, True]
    assert (peer.taken, outbox.count()["failed"]) == (["good"], 1)


def test_a_slow_peer_keeps_its_letter_from_another_service(database: Database, tmp_path: Path) -> None:
    outbox = Outbox(database, tmp_path, lease=0.3)
    outbox.put("there", "1", "n", b"")
    slow = Peer(pause=0.9)
    thread = Thread(target=sender(outbox, slow).turn)
    thread.start()
    sleep(0.6)
    assert outbox.take("b", "there") is None
    thread.join()
    assert slow.taken == ["n"]


def test_two_services_of_one_store_send_each_letter_once(address: str, tmp_path: Path) -> None:
    stores = [open_database(address) for _ in range(2)]
    outboxes = [Outbox(one, tmp_path) for one in stores]
    for place in range(20):
        outboxes[0].put("there", "1", str(place), b"")
    peer, stop = Peer(), Flag()
    threads = [Thread(target=sender(one, peer).run, args=(stop,)) for one in outboxes]
    for thread in threads:
        thread.start()
    until = monotonic() + 30
    while outboxes[0].count()["sent"] < 20 and monotonic() < until:
        sleep(0.02)
    stop.set()
    for thread, store in zip(threads, stores, strict=True):
        thread.join()
        store.close()
    assert sorted(peer.taken, key=int) == [str(place) for place in range(20)]


def test_a_store_that_is_away_for_a_while_stops_no_sender(database: Database, outbox: Outbox) -> None:
    outbox.put("there", "1", "n", b"")
    peer, stop = Peer(), Flag()
    with database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE outbox RENAME TO gone")
    thread = Thread(target=sender(outbox, peer).run, args=(stop,))
    thread.start()
    sleep(0.3)
    with database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE gone RENAME TO outbox")
    until = monotonic() + 30
    while not peer.taken and monotonic() < until:
        sleep(0.02)
    stop.set()
    thread.join()
    assert peer.taken == ["n"]


def test_a_decision_reaches_a_webhook_without_a_name(database: Database, tmp_path: Path) -> None:
    with web() as there:
        hook = Destination.parse(f"webhook+http://127.0.0.1:{there.port}/hears", Credentials(signing=KEY))
        with Post(Outbox(database, tmp_path), [hook]).at_work("a"):
            with database.writing() as connection:
                write_event(connection, database.clock, Event("1.2.3", "decided", {"state": "decided"}))
            until = monotonic() + 30
            while not there.heard and monotonic() < until:
                sleep(0.02)
    told = json.loads(there.heard[0][2])
    assert (told["study"], told["kind"], "notice" in told) == ("1.2.3", "decided", True)
    assert [one.kind for one in read_events(database)] == ["decided", "sent"]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("ftp://x/y", "is no destination"),
        ("dicom://PACS@host", "is no destination"),
        ("dicom://host:104", "names no AE title"),
        ("dicom://much-too-long-a-title@host:104", "is no AE title"),
        ("dicom+tls://PACS@host:2762", "needs a certificate"),
        ("http://pacs.example/dicom-web", "unencrypted"),
        ("webhook+http://pacs.example/x", "unencrypted"),
        ("webhook+https://pacs.example/x", "--webhook-key"),
        ("https://host:notaport/x", "cannot be read"),
    ],
)
def test_a_destination_that_is_none_is_told(address: str, reason: str) -> None:
    with pytest.raises(WrongUsage, match=reason):
        Destination.parse(address)


def test_a_destination_twice_is_told(outbox: Outbox) -> None:
    there = Destination("there", Kind.DICOM, Peer())
    with pytest.raises(WrongUsage, match="is given twice"):
        Post(outbox, [there, there])


def test_a_key_that_is_short_or_missing_is_told(tmp_path: Path) -> None:
    short = tmp_path / "key"
    short.write_text("abc\n")
    for file in (short, tmp_path / "none"):
        with pytest.raises(UnusableInput, match="openssl rand"):
            Credentials.of("US", None, file)
