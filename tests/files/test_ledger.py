"""The ledger: append-only, chained, on the disk before it says so, and one chain whoever writes."""

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiducial.errors import UnusableInput
from fiducial.files.ledger import NOTHING, Entry, append, canonical, first_break, linked, read_ledger

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
APPENDING = """
import sys
from pathlib import Path
from fiducial.files.ledger import append
for number in range(int(sys.argv[2])):
    entry = append(Path(sys.argv[1]), "note", {"number": number}, who=sys.argv[3], create=True)
    print(entry.number, entry.hash, flush=True)
"""


def write(path: Path, count: int = 4) -> tuple[Entry, ...]:
    for number in range(count):
        append(path, "note", {"number": number}, who="Ada", create=True, clock=lambda: NOON)
    return read_ledger(path)


def alter(path: Path, statement: str) -> None:
    """What somebody with a database tool does: the triggers go first."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for name in ("no_update", "no_delete", "only_next"):
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.ledger.sqlite"


def test_an_entry_comes_back_as_it_was_written(path: Path) -> None:
    written = append(path, "note", {"b": 1, "a": "é"}, who="Ada", create=True, clock=lambda: NOON)
    assert read_ledger(path) == (written,)
    assert (written.number, written.at, written.who) == (1, "2026-01-02T12:00:00.000Z", "Ada")
    assert (written.body, written.content, written.previous) == ('{"a":"é","b":1}', {"a": "é", "b": 1}, NOTHING)


def test_anybody_can_compute_the_hash_with_the_standard_library(path: Path) -> None:
    entry = write(path)[2]
    told = [entry.number, entry.at, entry.who, entry.kind, entry.body, entry.previous]
    text = json.dumps(told, separators=(",", ":"), ensure_ascii=False)
    assert entry.hash == "sha256:" + sha256(text.encode()).hexdigest()


def test_a_ledger_as_it_was_written_is_whole(path: Path) -> None:
    assert first_break(write(path)) is None


def test_a_ledger_is_one_file(path: Path) -> None:
    write(path)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET who = 'Eve' WHERE number = 2",
        "DELETE FROM ledger WHERE number = 4",
        "INSERT INTO ledger SELECT 9, at, who, kind, body, previous, hash FROM ledger WHERE number = 4",
        "INSERT OR REPLACE INTO ledger SELECT number, at, 'Eve', kind, body, previous, hash FROM ledger",
    ],
)
def test_the_file_itself_refuses_all_but_the_next_entry(path: Path, statement: str) -> None:
    before = write(path)
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(statement)
    assert read_ledger(path) == before


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM ledger WHERE number = 1", "entry 1 is missing: entry 2 stands"),
        ("DELETE FROM ledger WHERE number = 3", "entry 3 is missing: entry 4 stands"),
        ("UPDATE ledger SET who = 'Eve' WHERE number = 2", "entry 2 was changed"),
        ("UPDATE ledger SET body = x'00ff' WHERE number = 2", "entry 2 was changed"),
        ("UPDATE ledger SET number = 9 WHERE number = 2", "entry 2 is missing: entry 3 stands"),
    ],
)
def test_the_first_entry_that_was_touched_is_named(path: Path, statement: str, told: str) -> None:
    write(path)
    alter(path, statement)
    broken = first_break(read_ledger(path))
    assert broken is not None
    assert broken.sentence.startswith(told)


def test_two_entries_that_changed_places_are_found(path: Path) -> None:
    write(path)
    alter(path, "UPDATE ledger SET number = 10 - number WHERE number IN (2, 3)")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE ledger SET number = number - 5 WHERE number > 4")
    broken = first_break(read_ledger(path))
    assert broken is not None
    assert broken.number == 2


def test_an_entry_that_was_written_anew_with_its_hash_is_found_at_the_next(path: Path) -> None:
    entries = write(path)
    forged = linked(2, NOON, "Eve", "note", "{}", entries[0].hash)
    broken = first_break((entries[0], forged, *entries[2:]))
    assert broken is not None
    assert broken.sentence == "entry 3 does not follow entry 2: one of them was put there later"


@settings(max_examples=60, derandomize=True)
@given(data=st.data(), count=st.integers(2, 6))
def test_any_single_change_of_any_row_is_found(data: st.DataObject, count: int) -> None:
    entries, previous = [], NOTHING
    for number in range(1, count + 1):
        entries.append(linked(number, NOON, "Ada", "note", canonical({"n": number}), previous))
        previous = entries[-1].hash
    at = data.draw(st.integers(0, count - 1))
    name = data.draw(st.sampled_from(["number", "at", "who", "kind", "body", "previous", "hash"]))
    old = getattr(entries[at], name)
    new: Any = data.draw((st.integers() if name == "number" else st.text()).filter(lambda value: value != old))
    entries[at] = replace(entries[at], **{name: new})
    broken = first_break(entries)
    assert broken is not None
    assert broken.number == at + 1


@settings(max_examples=30, derandomize=True)
@given(count=st.integers(2, 7), at=st.integers(0, 5))
def test_any_row_that_is_gone_is_found_but_the_last(count: int, at: int) -> None:
    entries, previous = [], NOTHING
    for number in range(1, count + 1):
        entries.append(linked(number, NOON, "Ada", "note", "{}", previous))
        previous = entries[-1].hash
    gone = min(at, count - 1)
    broken = first_break(entries[:gone] + entries[gone + 1 :])
    assert (broken.number if broken else None) == (None if gone == count - 1 else gone + 1)


def test_who_decided_by_an_older_ledger_is_refused(path: Path) -> None:
    entries = write(path, 2)
    with pytest.raises(UnusableInput, match="somebody else wrote"):
        append(path, "note", {}, who="Ada", after=entries[0].hash)
    assert append(path, "note", {}, who="Ada", after=entries[1].hash).number == 3


def test_an_entry_by_nobody_is_refused(path: Path) -> None:
    with pytest.raises(ValueError, match="empty name"):
        append(path, "note", {}, who=" ", create=True)


def test_a_body_that_is_no_number_leaves_the_ledger_alone(path: Path) -> None:
    before = write(path)
    with pytest.raises(ValueError, match="JSON"):
        append(path, "note", {"value": float("nan")}, who="Ada")
    assert read_ledger(path) == before


def nothing(path: Path) -> None:
    path.unlink(missing_ok=True)


def text(path: Path) -> None:
    path.write_text("study,score\n" * 99)


def another_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE patients (name TEXT)")


def newer(path: Path) -> None:
    write(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 2")


def damaged(path: Path) -> None:
    write(path)
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (nothing, "there is no such ledger"),
        (text, "is no SQLite file"),
        (another_database, "no ledger of ours"),
        (newer, "a ledger of version 2; this program reads 1"),
        (damaged, "is a damaged SQLite file"),
    ],
)
def test_what_is_no_ledger_of_ours_is_told_by_name(path: Path, make: Callable[[Path], None], told: str) -> None:
    make(path)
    with pytest.raises(UnusableInput, match=rf"a\.ledger\.sqlite: .*{told}"):
        read_ledger(path)
    with pytest.raises(UnusableInput, match=told):
        append(path, "note", {}, who="Ada")


def test_a_ledger_that_another_program_holds_is_told_so(path: Path) -> None:
    write(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(UnusableInput, match="locked by another program"):
            append(path, "note", {}, who="Ada", patience=0.05)
        with pytest.raises(UnusableInput, match="locked by another program"):
            read_ledger(path, patience=0.05)


def test_a_folder_that_cannot_be_written_to_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="cannot be written to"):
        append(tmp_path / "absent" / "a.sqlite", "note", {}, who="Ada", create=True)


def test_two_processes_keep_one_chain(path: Path) -> None:
    command = [sys.executable, "-c", APPENDING, str(path), "25"]
    writers = [subprocess.Popen([*command, who], stdout=subprocess.DEVNULL) for who in ("Ada", "Bob")]  # noqa: S603  (our own)
    assert [writer.wait() for writer in writers] == [0, 0]
    entries = read_ledger(path)
    assert first_break(entries) is None
    assert [sum(entry.who == who for entry in entries) for who in ("Ada", "Bob")] == [25, 25]


def test_what_was_appended_outlives_a_kill(path: Path) -> None:
    command = [sys.executable, "-c", APPENDING, str(path), "100000", "Ada"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:  # noqa: S603  (our own)
        assert writer.stdout is not None
        told = [writer.stdout.readline() for _ in range(20)]
        writer.send_signal(signal.SIGKILL)
        told += writer.stdout.readlines()
    assert writer.returncode == -signal.SIGKILL
    promised = [line.split() for line in told if line.endswith("\n")]
    entries = read_ledger(path)
    assert first_break(entries) is None
    assert [[str(entry.number), entry.hash] for entry in entries][: len(promised)] == promised
    assert append(path, "note", {}, who="Ada").number == len(entries) + 1
