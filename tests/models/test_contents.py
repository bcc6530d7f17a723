"""Which file differs, and how."""

from pathlib import Path

import pytest

from fiducial.errors import UnusableInput
from fiducial.models.contents import verify
from fiducial.models.folder import read_folder
from fiducial.models.packed import read_packed
from models.on_disk import FILES, flipped, folder_of, packed_in


def unpacked(place: Path) -> dict[str, bytes]:
    files = read_packed(packed_in(place))
    return {name: bytes(files[name]) for name in files}


def test_a_bundle_as_it_was_packed_has_no_differences(tmp_path: Path) -> None:
    assert verify(read_packed(packed_in(tmp_path))) == ()


def test_a_changed_file_is_named(tmp_path: Path) -> None:
    files = unpacked(tmp_path)
    files["graphs/one.onnx"] = flipped(files["graphs/one.onnx"], 100)
    assert verify(files) == (
        "graphs/one.onnx: its SHA-256 is not the one in contents.json; it was changed after packing.",
    )


def test_a_longer_a_missing_and_a_new_file_are_named(tmp_path: Path) -> None:
    files = unpacked(tmp_path) | {"bundle.toml": b"longer than it was", "new.txt": b""}
    del files["graphs/one.onnx"]
    longer, missing, new = verify(files)
    assert longer == "bundle.toml: has 18 bytes; contents.json says 11."
    assert missing == "graphs/one.onnx: is listed in contents.json and missing."
    assert new == "new.txt: is not listed in contents.json; it was added later."


def test_an_unpacked_folder_is_verified_as_well(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "again", unpacked(tmp_path))
    assert verify(read_folder(folder)) == ()


def test_a_folder_that_was_never_packed_has_nothing_to_compare_with(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"holds no contents\.json"):
        verify(read_folder(folder_of(tmp_path)))


@pytest.mark.parametrize("wrong", [b"{", b"\xff", b'{"schema": "fiducial.contents/2", "files": {}}'])
def test_contents_that_cannot_be_read_are_refused(wrong: bytes) -> None:
    with pytest.raises(UnusableInput, match=r"contents\.json cannot be read"):
        verify({**FILES, "contents.json": wrong})
