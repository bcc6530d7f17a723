"""One door for the three forms of a bundle."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.models.opening import read_files, verify_bundle
from models.on_disk import FILES, HOLDER, folder_of, packed_in, sealed_in


@pytest.mark.parametrize("made", [folder_of, packed_in, sealed_in])
def test_the_same_files_come_out_of_every_form(tmp_path: Path, made: Callable[[Path], Path]) -> None:
    files = read_files(made(tmp_path), HOLDER)
    assert {name: bytes(files[name]) for name in files if name != "contents.json"} == FILES


def test_a_sealed_bundle_without_a_key_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match=r"is sealed\. Say where its key lies: --key env:VARIABLE"):
        read_files(sealed_in(tmp_path))


def test_nothing_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="there is no such file or folder"):
        read_files(tmp_path / "gone")


def test_a_sealed_bundle_is_verified_in_memory(tmp_path: Path) -> None:
    assert verify_bundle(sealed_in(tmp_path), HOLDER) == ()
