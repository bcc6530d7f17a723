"""DCMTK as a peer: another hand's reading of the standard, on both ends of the line."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_connection, socket
from time import monotonic, sleep

import pytest
from pydicom import dcmread

from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.dimse.listening import Listening, listening
from fiducial.serve.intake.archive import Archive
from fiducial.serve.sending.destinations import Credentials, Destination
from fiducial.serve.sending.letters import Letter
from fiducial.serve.studies import read_images
from serve.dimse.certificates import signed
from serve.making import STUDY, RLELossless, radiograph

TOOLS = Path("/usr/bin")  # a virtual environment has tools of pynetdicom under the same names
pytestmark = pytest.mark.skipif(
    not (TOOLS / "storescu").exists(), reason="DCMTK is not installed (apt-get install dcmtk)"
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "store.sqlite")
    yield opened
    opened.close()


def run(tool: str, *words: object) -> subprocess.CompletedProcess[str]:
    command = [str(TOOLS / tool), *(str(one) for one in words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env={"TCP_NODELAY": "1"})  # noqa: S603  (ours)


def written(folder: Path, sop: str = "1.2.3.1.1", **told: object) -> Path:
    file = folder / f"{sop}.dcm"
    file.write_bytes(radiograph(sop, **told).read())  # type: ignore[arg-type]  # as radiograph takes them
    return file


def test_echoscu_is_answered_and_rejected_under_a_wrong_title(archive: Archive) -> None:
    with listening(archive, Listening(port=0)) as port:
        assert run("echoscu", "-aec", "FIDUCIAL", "127.0.0.1", port).returncode == 0
        rejected = run("echoscu", "-aec", "NOBODY", "127.0.0.1", port)
    assert "Called AE Title Not Recognized" in rejected.stderr


def test_storescu_sends_many_over_one_association(archive: Archive, tmp_path: Path) -> None:
    files = [written(tmp_path, f"1.2.3.1.{number}") for number in range(1, 6)]
    with listening(archive, Listening(port=0)) as port:
        sent = run("storescu", "-aec", "FIDUCIAL", "127.0.0.1", port, *files)
    assert (sent.returncode, len(read_images(archive.database, STUDY))) == (0, 5)


def test_storescu_sends_what_is_compressed_and_it_is_kept_so(archive: Archive, tmp_path: Path) -> None:
    file = written(tmp_path, syntax=RLELossless)
    with listening(archive, Listening(port=0)) as port:
        assert run("storescu", "-xr", "-aec", "FIDUCIAL", "127.0.0.1", port, file).returncode == 0
    (image,) = read_images(archive.database, STUDY)
    kept = dcmread(archive.folder / image.path)
    assert (kept.file_meta.TransferSyntaxUID, kept.PixelData) == (RLELossless, dcmread(file).PixelData)


def test_storescu_hears_why_an_image_was_refused(archive: Archive, tmp_path: Path) -> None:
    archive.keep(radiograph(grey=10), "test")
    with listening(archive, Listening(port=0)) as port:
        told = run("storescu", "-d", "-aec", "FIDUCIAL", "127.0.0.1", port, written(tmp_path))
    assert "0xc000: Error: Cannot understand" in told.stderr
    assert "belongs to another image" in told.stderr


def test_over_tls_with_a_certificate_and_not_without(archive: Archive, tmp_path: Path) -> None:
    ours = signed(tmp_path / "ours")
    with listening(archive, Listening(port=0, certificates=ours)) as port:
        files = ("+tls", ours.key, ours.certificate, "+cf", ours.authority)
        secured = run("echoscu", *files, "-aec", "FIDUCIAL", "localhost", port)
        plain = run("echoscu", "-to", "5", "-ta", "5", "-aec", "FIDUCIAL", "localhost", port)
        theirs = signed(tmp_path / "theirs")
        others = ("+tls", theirs.key, theirs.certificate, "+cf", ours.authority)
        foreign = run("echoscu", *others, "-ta", "5", "-aec", "FIDUCIAL", "localhost", port)
        again = run("echoscu", *files, "-aec", "FIDUCIAL", "localhost", port)
    assert secured.returncode == again.returncode == 0, secured.stderr
    assert plain.returncode != 0
    assert foreign.returncode != 0


@contextmanager
def storescp(folder: Path, *words: object) -> Iterator[int]:
    """DCMTK's own listener; gives its port."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [str(TOOLS / "storescp"), *(str(one) for one in words), "-od", str(folder), str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  (ours)
    try:
        until = monotonic() + 20
        while monotonic() < until:
            try:
                create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def letter(syntax: object = None) -> Letter:
    file = radiograph() if syntax is None else radiograph(syntax=syntax)  # type: ignore[arg-type]  # a UID
    return Letter(1, "there", STUDY, "image.dcm", file.read(), 1, "a")


def received(folder: Path) -> list[Path]:
    return [one for one in folder.iterdir() if one.is_file()]


def test_storescp_receives_what_we_send(tmp_path: Path) -> None:
    with storescp(tmp_path) as port:
        Destination.parse(f"dicom://ANY@127.0.0.1:{port}").peer.send(letter())
    (file,) = received(tmp_path)
    assert dcmread(file).PixelData == bytes([200]) * 256


@pytest.mark.parametrize("prefers", ["+xr", "+xi"])
def test_storescp_that_takes_one_encoding_alone_receives_that(tmp_path: Path, prefers: str) -> None:
    with storescp(tmp_path, prefers) as port:
        Destination.parse(f"dicom://ANY@127.0.0.1:{port}").peer.send(letter(RLELossless))
    (file,) = received(tmp_path)
    expected = RLELossless if prefers == "+xr" else "1.2.840.10008.1.2"
    assert dcmread(file).file_meta.TransferSyntaxUID == expected


def test_storescp_receives_over_tls(tmp_path: Path) -> None:
    ours = signed(tmp_path / "ours")
    home = tmp_path / "received"
    home.mkdir()
    with storescp(home, "+tls", ours.key, ours.certificate, "+cf", ours.authority) as port:
        Destination.parse(f"dicom+tls://ANY@localhost:{port}", Credentials(certificates=ours)).peer.send(letter())
    assert len(received(home)) == 1
