"""Files and messages with random damage: refused in words, never a trace, and the doors stay open."""

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from fiducial.errors import UnusableInput
from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.dicomweb.attributes import metadata
from fiducial.serve.dicomweb.frames import Frames
from fiducial.serve.dicomweb.rendering import Rendering
from fiducial.serve.dimse.listening import Listening, listening
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.arriving import arriving
from fiducial.serve.intake.limits import Limits
from serve.dicomweb.conftest import client_of
from serve.dicomweb.test_stow import KIND, message
from serve.dimse.calling import calling
from serve.making import RLELossless, radiograph

WHOLE = (radiograph().read(), radiograph(syntax=RLELossless).read())
LIES = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f")  # as lengths
BEGINNINGS = (b"", b"\1\0\0\0\0\x20", b"\1\0\xff\xff\xff\xff", b"GET / HTTP/1.1\r\n\r\n", b"\4\0\0\0\0\6")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "store.sqlite")
    yield opened
    opened.close()


def damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """Bytes changed, cut out, put in, and lengths that lie."""
    bad = bytearray(content)
    for _ in range(int(rng.integers(1, 6))):
        at, size = int(rng.integers(len(bad))), int(rng.integers(1, 20))
        match int(rng.integers(4)):
            case 0:
                bad[at] = int(rng.integers(256))
            case 1:
                del bad[at : at + size]
            case 2:
                bad[at:at] = rng.bytes(size)
            case _:
                bad[at : at + 4] = LIES[int(rng.integers(3))]
    return bytes(bad)


LOOKS: dict[str, Callable[[Path], object]] = {
    "arriving": arriving,
    "metadata": lambda path: metadata(path, "here"),
    "stored": lambda path: Frames.open(path).stored(1),
    "decoded": lambda path: Frames.open(path).decoded(1),
    "rendered": lambda path: Rendering().draw(path, 1),
}


@pytest.mark.parametrize("look", LOOKS)
def test_a_damaged_file_is_read_or_refused_in_words(look: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    file = tmp_path / "damaged.dcm"
    for turn in range(80):
        file.write_bytes(damaged(WHOLE[turn % 2], rng))
        with suppress(UnusableInput):
            LOOKS[look](file)


def test_a_damaged_message_has_a_status_of_the_standard(database: Database, tmp_path: Path) -> None:
    client, rng = client_of(database, tmp_path / "data", Limits()), np.random.default_rng(7)
    for _ in range(60):
        content = damaged(message([radiograph().read()]), rng)
        reply = client.post("/dicomweb/studies", content=content, headers={"Content-Type": KIND})
        assert reply.status_code in {200, 202, 400, 409, 413}, reply.text


def test_noise_at_the_listener_keeps_nobody_out(database: Database, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    with listening(Archive(database, tmp_path), Listening(port=0)) as port:
        for beginning in BEGINNINGS:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as caller:
                caller.sendall(beginning + rng.bytes(60))
        with calling(port) as association:
            assert association.send_c_echo().Status == 0
