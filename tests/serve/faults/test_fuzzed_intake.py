"""Whatever is sent in is kept or refused with a reason: no trace, no 500, and no file but where images lie."""

import warnings
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile, ZipInfo

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from fiducial.errors import UnusableInput
from fiducial.serve.database.opening import open_database
from fiducial.serve.intake.limits import Limits
from fiducial.serve.intake.packages import files_of
from fiducial.serve.web.app import make_app
from fiducial.serve.web.state import Service
from serve.making import RLELossless, radiograph, service_of

QUICK = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
KINDS = ["multipart/form-data", "multipart/form-data; boundary=x"]
LIES = [b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\xff\xff", b"\x01"]
NAMES = [
    "../../etc/passwd", "/etc/passwd", "..\\..\\x.dcm", "a/../../b.dcm", "", ".", "..", "C:\\x", "x\n.dcm",
    "ü\u202e.dcm", "a" * 300, "con", "a/", "x.zip", "\x01", "%2e%2e%2fx",
]  # fmt: skip


def picture() -> bytes:
    written = BytesIO()
    Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16)).save(written, "PNG")
    return written.getvalue()


WHOLE = [
    radiograph().read(),
    radiograph(syntax=RLELossless).read(),
    radiograph(study="../../x").read(),
    picture(),
    b"",
    b"DICM",
    b"PK\x03\x04",
]


@st.composite
def damaged(draw: st.DrawFn, contents: st.SearchStrategy[bytes]) -> bytes:
    """Some bytes changed, cut out, put in, cut off, or a length that lies; sometimes nothing."""
    bad = bytearray(draw(contents))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(0, len(bad) - 1)))
        match draw(st.integers(0, 4)):
            case 0:
                bad[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case 1:
                del bad[at : at + draw(st.integers(1, 40))]
            case 2:
                bad[at:at] = draw(st.binary(max_size=20))
            case 3:
                del bad[at:]
            case _:
                lie = draw(st.sampled_from(LIES))
                bad[at : at + len(lie)] = lie
    return bytes(bad)


FILES = damaged(st.sampled_from(WHOLE))


@st.composite
def packed(draw: st.DrawFn, contents: st.SearchStrategy[bytes]) -> bytes:
    """A zip with odd names, the same name twice, links, and any packing."""
    written = BytesIO()
    with warnings.catch_warnings(action="ignore"), ZipFile(written, "w") as package:
        for _ in range(draw(st.integers(0, 4))):
            member = ZipInfo(draw(st.sampled_from(NAMES) | st.text(max_size=8).filter(_can_be_written)))
            member.compress_type = draw(st.sampled_from([ZIP_STORED, ZIP_DEFLATED, ZIP_LZMA]))
            member.external_attr = draw(st.sampled_from([0, 0o120777 << 16, 0o100644 << 16]))
            package.writestr(member, draw(contents))
    return written.getvalue()


def _can_be_written(name: str) -> bool:
    return name.isprintable() and len(name.encode("utf-8", "replace")) < 60


ZIPS = damaged(packed(FILES | packed(FILES)))
SENT = FILES | ZIPS


@pytest.fixture(scope="module")
def service(pipeline: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("fuzzed") / "home"
    database = open_database(home / "store" / "store.sqlite")
    yield service_of(database, home / "data", pipeline)
    database.close()


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(make_app(service)) as opened:
        yield opened


def strays(service: Service) -> list[Path]:
    """Files that lie where no image lies."""
    home, data = service.archive.folder.parent, service.archive.folder
    found = [one for one in home.parent.rglob("*") if one.is_file() and not one.is_relative_to(home / "store")]
    return [one for one in found if not one.is_relative_to(data / "images")]


@QUICK
@given(content=SENT)
def test_a_file_or_zip_is_kept_or_refused_in_words(service: Service, content: bytes) -> None:
    with suppress(UnusableInput):
        for _, stream in files_of(BytesIO(content), "sent", service.archive.limits):
            with suppress(UnusableInput):
                service.archive.keep(stream, "test")


@QUICK
@given(files=st.lists(st.tuples(st.sampled_from(NAMES) | st.just("a.dcm"), SENT), min_size=1, max_size=3))
def test_an_upload_is_answered_and_every_file_has_a_study_or_a_reason(
    client: TestClient, files: list[tuple[str, bytes]]
) -> None:
    reply = client.post("/studies?complete=true", files=[("files", one) for one in files])
    assert reply.status_code in {202, 413, 422}, reply.text
    told: list[dict[str, Any]] = reply.json().get("files", [])
    assert all(one["study"] or one["reason"] for one in told)


@QUICK
@given(
    body=st.binary(max_size=300) | FILES,
    kind=st.sampled_from(KINDS),
)
def test_a_body_that_is_no_form_is_refused(client: TestClient, body: bytes, kind: str) -> None:
    assert client.post("/studies", content=b"--x\r\n" + body, headers={"Content-Type": kind}).status_code in {400, 422}


def test_nothing_lies_but_where_images_lie(service: Service) -> None:
    assert strays(service) == []


def test_damage_that_shows_only_as_a_member_is_read_costs_that_member_alone(client: TestClient) -> None:
    written = BytesIO()
    with ZipFile(written, "w") as package:
        package.writestr("bad.dcm", radiograph("1.5.1", study="1.5").read())
        package.writestr("good.dcm", radiograph("1.6.1", study="1.6").read())
    content = bytearray(written.getvalue())
    content[content.index(b"1.5.1") + 2] ^= 1  # its checksum no longer fits
    reply = client.post("/studies", files=[("files", ("both.zip", bytes(content)))])
    first, second = reply.json()["files"]
    assert "both.zip/bad.dcm: is a damaged zip" in first["reason"]
    assert second["study"] == "1.6"


def test_a_name_in_a_zip_that_is_no_text_is_told() -> None:
    written = BytesIO()
    with ZipFile(written, "w") as package:
        package.writestr("ü.dcm", b"")
    content = written.getvalue().replace("ü".encode(), b"\xff\xff")
    with pytest.raises(UnusableInput, match="is a damaged zip"):
        list(files_of(BytesIO(content), "odd.zip", Limits()))
