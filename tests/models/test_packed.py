"""An archive that somebody else made is refused where it could do harm, with a reason."""

import stat
import warnings
from contextlib import suppress
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.errors import UnusableInput
from fiducial.models.packed import read_packed
from models.on_disk import flipped, packed_in, zip_of


@pytest.mark.parametrize("name", ["../up", "/root", "a/../../b", "a//b", "./a", "a/", ".. /x", "C:/x", "a\\..\\b"])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnusableInput, match="is refused"):
        read_packed(zip_of(tmp_path, name))


def test_a_name_that_hides_another_behind_a_zero_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path, "good_evil")
    path.write_bytes(path.read_bytes().replace(b"good_evil", b"good\x00evil"))
    with pytest.raises(UnusableInput):
        read_packed(path)


def test_a_name_that_comes_twice_is_refused(tmp_path: Path) -> None:
    with warnings.catch_warnings(action="ignore"):
        path = zip_of(tmp_path, "a", "a")
    with pytest.raises(UnusableInput, match="holds 'a' twice"):
        read_packed(path)


def test_names_that_differ_in_case_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="'a' and 'A' are one file"):
        read_packed(zip_of(tmp_path, "a", "A"))


def test_a_compressed_entry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="is compressed"):
        read_packed(zip_of(tmp_path, "bomb", compression=ZIP_DEFLATED))


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path)
    link = ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UnusableInput, match="'link' is a link or no file"):
        read_packed(path)


def test_entries_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path, "a", "b")
    with ZipFile(path) as archive:
        first, second = (archive.getinfo(name).header_offset for name in "ab")
    content = path.read_bytes()
    at = content.rindex(second.to_bytes(4, "little"), 0, content.rindex(b"PK\x05\x06"))
    path.write_bytes(content[:at] + first.to_bytes(4, "little") + content[at + 4 :])
    with pytest.raises(UnusableInput, match="overlap"):
        read_packed(path)


def test_an_archive_without_a_manifest_is_no_bundle(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "photos.zip", "w") as archive:
        archive.writestr("holiday.jpg", b"x")
    with pytest.raises(UnusableInput, match=r"photos\.zip: is not a bundle"):
        read_packed(tmp_path / "photos.zip")


@pytest.mark.parametrize("content", [b"", b"PK", b"\x00" * 99, b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    for source in (tmp_path / "x", content):
        with pytest.raises(UnusableInput, match="not a packed bundle"):
            read_packed(source)


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.99])
def test_an_archive_that_was_cut_short_is_refused(tmp_path: Path, kept: float) -> None:
    content = packed_in(tmp_path).read_bytes()
    with pytest.raises(UnusableInput):
        read_packed(content[: int(kept * len(content))])


def test_a_file_that_is_replaced_while_it_is_in_use_is_refused(tmp_path: Path) -> None:
    path = packed_in(tmp_path)
    files = read_packed(path)
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(UnusableInput, match="was changed while it was in use"):
        files["bundle.toml"]


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return packed_in(tmp_path_factory.mktemp("packed")).read_bytes()


@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_changed_byte_never_ends_in_another_error(content: bytes, where: float, bit: int) -> None:
    with suppress(UnusableInput):
        files = read_packed(flipped(content, int(where * len(content)), bit))
        assert all(len(files[name]) <= len(content) for name in files)
