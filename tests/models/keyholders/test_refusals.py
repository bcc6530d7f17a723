"""A key that is missing, short, or readable by others: what is told, and that the key is not."""

import sys
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.models.keyholders.environment import Environment
from fiducial.models.keyholders.file import File, write_new_key
from fiducial.models.keyholders.local_key import new_key, parse_key
from fiducial.models.keyholders.naming import open_keyholder
from fiducial.models.keyholders.os_keyring import OsKeyring
from models.keyholders.conftest import InMemory
from models.on_disk import KEY


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIDUCIAL_ABSENT", raising=False)
    with pytest.raises(WrongUsage, match=r"env:FIDUCIAL_ABSENT: the environment variable .* is not set"):
        Environment("FIDUCIAL_ABSENT").key_id()


@pytest.mark.parametrize("text", ["", "12", KEY[:-1], KEY + "0", KEY[:-1] + "g", "\uff10" * 64])
def test_a_key_of_the_wrong_length_or_letters_is_refused_unseen(text: str) -> None:
    with pytest.raises(UnusableInput, match=r"here: holds \d+ characters that are not a key") as why:
        parse_key(text, "here")
    assert text in {"", "12"} or text not in str(why.value)


def test_a_new_key_is_another_each_time_and_can_be_read() -> None:
    assert len({parse_key(new_key(), "here") for _ in range(9)}) == 9


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o620])
def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    kept = write_new_key(tmp_path / "key")
    (tmp_path / "key").chmod(mode)
    with pytest.raises(UnusableInput, match="chmod 600"):
        kept.key_id()


def test_a_key_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="gone: the key cannot be read"):
        File(str(tmp_path / "gone")).key_id()


def test_a_new_key_file_is_for_its_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    kept = write_new_key(tmp_path / "deep" / "key")
    before = kept.key_id()
    assert (tmp_path / "deep" / "key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(WrongUsage, match="a key that is overwritten is lost"):
        write_new_key(tmp_path / "deep" / "key")
    assert kept.key_id() == before


def test_a_keyring_without_the_key_says_how_to_put_it_there(keyring_of_the_test: InMemory) -> None:
    keyring_of_the_test.kept.clear()
    with pytest.raises(WrongUsage, match="keyring set fiducial test"):
        OsKeyring("fiducial/test").key_id()


def test_a_locked_keyring_is_told(keyring_of_the_test: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_service: str, _user: str) -> str:
        raise KeyringLocked("it is locked.")

    monkeypatch.setattr(keyring_of_the_test, "get_password", locked)
    with pytest.raises(WrongUsage, match="does not answer: it is locked"):
        OsKeyring("fiducial/test").key_id()


def test_an_absent_keyring_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(WrongUsage, match=r"pip install 'fiducial\[keyring\]'"):
        OsKeyring("fiducial/test").key_id()


@pytest.mark.parametrize("place", ["fiducial", "/name", "service/"])
def test_a_place_in_the_keyring_has_two_parts(place: str) -> None:
    with pytest.raises(WrongUsage, match="keyring:SERVICE/NAME"):
        OsKeyring(place)


@pytest.mark.parametrize("words", [KEY, "env", "env:", ":x"])
def test_words_that_name_no_place_are_refused_unseen(words: str) -> None:
    with pytest.raises(WrongUsage, match="named by where it lies") as why:
        open_keyholder(words)
    assert KEY not in str(why.value)


def test_a_mistyped_keyholder_is_guessed() -> None:
    with pytest.raises(WrongUsage, match="Did you mean 'keyring'"):
        open_keyholder("keyrng:a/b")


def test_every_built_in_is_found_by_its_name() -> None:
    made: list[object] = [open_keyholder(words) for words in ("env:A", "file:/a/b", "keyring:a/b/c")]
    assert made == [Environment("A"), File("/a/b"), OsKeyring("a/b/c")]
