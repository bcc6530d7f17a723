"""A build that was killed goes on where it was, and ends in the same bytes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import fiducial as fd
from fiducial.cohort.journal import journal_path, remembered
from fiducial.cohort.layouts.contract import Source

WriteDicom = Callable[..., Path]


@dataclass(frozen=True, slots=True)
class Length:
    path: str
    length: int


class Reader:
    """Counts what it is asked to read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []

    def __call__(self, path: str) -> Length | None:
        self.asked.append(path)
        text = (self.folder / path).read_text()
        return Length(path, len(text)) if text else None


def read(folder: Path, journal: Path) -> tuple[list[Length | None], list[str]]:
    reader = Reader(folder)
    paths = sorted(path.name for path in folder.iterdir())
    source = Source(folder, workers=1, journal=journal)
    return [done.result for done in remembered(reader, folder, paths, source, Length)], reader.asked


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    for name, text in (("a", "1"), ("b", ""), ("c", "333")):
        (tmp_path / "in" / name).write_text(text)
    return tmp_path / "in"


def test_what_was_read_is_not_read_again(folder: Path, tmp_path: Path) -> None:
    first, asked = read(folder, tmp_path / "j")
    again, asked_again = read(folder, tmp_path / "j")
    assert first == again == [Length("a", 1), None, Length("c", 3)]
    assert (asked, asked_again) == (["a", "b", "c"], [])


def test_a_file_that_changed_is_read_again(folder: Path, tmp_path: Path) -> None:
    read(folder, tmp_path / "j")
    (folder / "b").write_text("22")
    again, asked = read(folder, tmp_path / "j")
    assert (again[1], asked) == (Length("b", 2), ["b"])
    assert read(folder, tmp_path / "j")[1] == []


def test_a_file_of_the_same_size_that_changed_is_read_again(folder: Path, tmp_path: Path) -> None:
    read(folder, tmp_path / "j")
    os.utime(folder / "a", ns=(1, 1))
    assert read(folder, tmp_path / "j")[1] == ["a"]


@pytest.mark.parametrize("torn", [1, 5, 40])
def test_a_torn_last_line_is_dropped_and_its_file_read_again(folder: Path, tmp_path: Path, torn: int) -> None:
    first, _ = read(folder, tmp_path / "j")
    whole = (tmp_path / "j").read_bytes()
    (tmp_path / "j").write_bytes(whole[:-torn])
    assert read(folder, tmp_path / "j") == (first, ["c"])
    assert (tmp_path / "j").read_bytes() == whole


def test_a_line_that_is_no_record_is_passed_over(folder: Path, tmp_path: Path) -> None:
    first, _ = read(folder, tmp_path / "j")
    lines = (tmp_path / "j").read_bytes().splitlines(keepends=True)
    (tmp_path / "j").write_bytes(lines[0] + b"\0\xff\n[]\n" + b"".join(lines[1:]))
    assert read(folder, tmp_path / "j") == (first, [])


def test_the_journal_of_another_folder_is_begun_anew(folder: Path, tmp_path: Path) -> None:
    read(folder, tmp_path / "j")
    moved = folder.rename(tmp_path / "moved")
    assert read(moved, tmp_path / "j")[1] == ["a", "b", "c"]


def test_what_failed_is_tried_again(folder: Path, tmp_path: Path) -> None:
    (folder / "b").unlink()
    (folder / "b").mkdir()
    read(folder, tmp_path / "j")
    assert read(folder, tmp_path / "j")[1] == ["b"]


def command(source: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "fiducial", "cohort", "build", str(source), "--out", str(out), "--workers", "1"]


def records(journal: Path) -> list[str]:
    whole = [line for line in journal.read_bytes().splitlines(keepends=True)[1:] if line.endswith(b"\n")]
    return [json.loads(line)["path"] for line in whole]


def test_a_killed_build_goes_on_and_gives_the_same_bytes(tmp_path: Path, write_dicom: WriteDicom) -> None:
    pixels = np.random.default_rng(0).integers(0, 4000, (600, 600)).astype(np.uint16)
    for number in range(150):
        write_dicom(f"in/{number:03d}.dcm", pixels + np.uint16(number), StudyInstanceUID=f"1.2.{number // 3}")
    out, journal = tmp_path / "c.parquet", journal_path(tmp_path / "c.parquet")
    killed = subprocess.Popen(command(tmp_path / "in", out))  # noqa: S603  (our own)
    while not (journal.exists() and journal.read_bytes().count(b"\n") > 20):
        assert killed.poll() is None, "it ended before it could be killed"
        time.sleep(0.005)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    before = records(journal)
    assert 0 < len(before) < 150
    assert not out.exists()

    reopened = fd.Source(tmp_path / "in", workers=1, journal=journal)
    built = fd.build_cohort(reopened).cohort  # as the command does; the journal is left for counting
    assert records(journal) == [f"{number:03d}.dcm" for number in range(150)]
    assert records(journal)[: len(before)] == before
    fd.write_cohort(built, out)
    straight = fd.build_cohort(fd.Source(tmp_path / "in", workers=1)).cohort
    fd.write_cohort(straight, tmp_path / "s.parquet")
    assert out.read_bytes() == (tmp_path / "s.parquet").read_bytes()
    assert (tmp_path / "c.files.parquet").read_bytes() == (tmp_path / "s.files.parquet").read_bytes()


def test_a_build_that_ended_leaves_no_journal(tmp_path: Path, write_dicom: WriteDicom) -> None:
    write_dicom("in/a.dcm")
    subprocess.run(command(tmp_path / "in", tmp_path / "c.parquet"), check=True)  # noqa: S603  (our own)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.files.parquet", "c.parquet", "in"]
