"""A folder becomes the same bytes from the same files, and comes back as it was."""

import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiducial.errors import UnusableInput
from fiducial.models.packed import read_packed
from fiducial.models.packing import pack_bundle
from models.on_disk import FILES, folder_of, packed_in


def test_the_same_files_give_the_same_bytes_whatever_their_dates_and_rights(tmp_path: Path) -> None:
    first = packed_in(tmp_path / "a").read_bytes()
    folder = folder_of(tmp_path / "b", {name: FILES[name] for name in sorted(FILES, reverse=True)})
    (folder / "bundle.toml").chmod(0o600)
    os.utime(folder / "bundle.toml", (1, 1))
    assert pack_bundle(folder, tmp_path / "b.fidu").read_bytes() == first


def test_another_process_packs_the_same_bytes(tmp_path: Path) -> None:
    ours = packed_in(tmp_path).read_bytes()
    command = [sys.executable, "-m", "fiducial", "bundle", "pack", str(tmp_path / "folder"), "-o", str(tmp_path / "b")]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"})  # noqa: S603
    assert (tmp_path / "b").read_bytes() == ours


@settings(max_examples=15)  # each example writes and syncs a file
@given(st.dictionaries(st.from_regex(r"[a-z]{1,3}(/[a-z]{4,6})?", fullmatch=True), st.binary(max_size=99), max_size=5))
def test_what_was_packed_is_read_back(tmp_path_factory: pytest.TempPathFactory, more: dict[str, bytes]) -> None:
    files = {**{f"{name}.bin": content for name, content in more.items()}, "bundle.toml": b"x"}
    read = read_packed(packed_in(tmp_path_factory.mktemp("law"), files))
    assert {name: bytes(read[name]) for name in read if name != "contents.json"} == files


def test_memory_gives_views_of_the_archive_and_no_copies(tmp_path: Path) -> None:
    content = packed_in(tmp_path).read_bytes()
    view = read_packed(content)["graphs/one.onnx"]
    assert isinstance(view, memoryview)
    assert view.obj is content
    assert bytes(view) == FILES["graphs/one.onnx"]


def test_other_programs_can_unpack_it(tmp_path: Path) -> None:
    with ZipFile(packed_in(tmp_path)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [*sorted(FILES), "contents.json"]


def test_the_contents_name_every_file_with_its_size(tmp_path: Path) -> None:
    listed = json.loads(bytes(read_packed(packed_in(tmp_path))["contents.json"]))
    assert {name: one["size"] for name, one in listed["files"].items()} == {n: len(c) for n, c in FILES.items()}


def test_contents_of_an_earlier_packing_are_written_anew(tmp_path: Path) -> None:
    first = packed_in(tmp_path / "a").read_bytes()
    assert packed_in(tmp_path / "b", {**FILES, "contents.json": b"stale"}).read_bytes() == first


def test_hidden_files_are_left_out(tmp_path: Path) -> None:
    first = packed_in(tmp_path / "a").read_bytes()
    assert packed_in(tmp_path / "b", {**FILES, ".DS_Store": b"x", ".git/HEAD": b"x"}).read_bytes() == first


def test_a_folder_without_a_manifest_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"is not a bundle: it holds no bundle\.toml"):
        packed_in(tmp_path, {"model.onnx": b"x"})
    assert not (tmp_path / "model.fidu").exists()


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "folder")
    (folder / "weights").symlink_to("/etc/hostname")
    with pytest.raises(UnusableInput, match=r"weights: is a symbolic link"):
        pack_bundle(folder, tmp_path / "model.fidu")


@pytest.mark.parametrize("name", ["a\\b", "c:d", "line\nbreak", "graphs/One.onnx", "graphs/ONE.ONNX"])
def test_names_that_not_every_system_keeps_apart_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnusableInput, match=r"refused|one file on some systems"):
        packed_in(tmp_path, {**FILES, name: b"x"})


def test_two_spellings_of_one_accented_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="one file on some systems"):
        packed_in(tmp_path, {**FILES, "\u00e9": b"x", "e\u0301": b"y"})


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="gone: cannot be listed"):
        pack_bundle(tmp_path / "gone", tmp_path / "model.fidu")
