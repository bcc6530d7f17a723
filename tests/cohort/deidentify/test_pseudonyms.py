"""Stand-ins follow from the key alone, and the key is its owner's."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.cohort.deidentify.pseudonyms import Pseudonyms, read_key
from fiducial.errors import UnusableInput

KEY, OTHER = Pseudonyms(b"a" * 32), Pseudonyms(b"b" * 32)


@given(st.text(min_size=1))
def test_the_same_key_gives_the_same_stand_in_and_another_key_another(word: str) -> None:
    assert KEY.patient(word) == Pseudonyms(b"a" * 32).patient(word) != OTHER.patient(word)
    assert KEY.uid(word) != OTHER.uid(word)


@given(st.text())
def test_a_mapped_uid_is_valid(uid: str) -> None:
    mapped = KEY.uid(uid)
    assert mapped.startswith("2.25.")
    assert len(mapped) <= 64
    assert mapped[5:].isdigit()


@given(st.text())
def test_dates_move_into_the_past_by_a_month_to_ten_years(patient: str) -> None:
    assert -3650 <= KEY.days(patient) <= -30


def test_files_of_one_folder_stay_in_one_folder() -> None:
    first, second, elsewhere = (KEY.path(path, "") for path in ("a/b/1.dcm", "a/b/2.dcm", "a/c/1.dcm"))
    assert Path(first).parent == Path(second).parent
    assert Path(first).parent.parent == Path(elsewhere).parent.parent
    assert len({first, second, elsewhere}) == 3


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "k"
    before = os.umask(0)
    try:
        made = read_key(path)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key(path).key == made.key
    assert made.key.hex() not in repr(made)


@pytest.mark.parametrize("text", ["", "abcd", "not a key"])
def test_a_file_that_is_no_key_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    (tmp_path / "k").write_text(text)
    with pytest.raises(UnusableInput, match="key"):
        read_key(tmp_path / "k")
    assert (tmp_path / "k").read_text() == text
