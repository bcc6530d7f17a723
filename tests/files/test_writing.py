"""A reader sees the old file or the new one; a death in between leaves the old one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fiducial.errors import UnusableInput
from fiducial.files.writing import replacing, write_text

DIE = """
import os, signal
from pathlib import Path
from fiducial.files.writing import replacing
with replacing(Path({path!r})) as temporary:
    temporary.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_killed_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    write_text(path, "old")
    died = subprocess.run([sys.executable, "-c", DIE.format(path=str(path))], check=False)  # noqa: S603  (our own)
    assert died.returncode == -signal.SIGKILL
    assert path.read_text() == "old"


def test_an_error_while_writing_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), replacing(tmp_path / "a.csv"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_made_on_the_way(tmp_path: Path) -> None:
    write_text(tmp_path / "deep" / "er.txt", "x")
    assert (tmp_path / "deep" / "er.txt").read_text() == "x"


def test_a_path_through_a_file_is_refused(tmp_path: Path) -> None:
    write_text(tmp_path / "file", "x")
    with pytest.raises(UnusableInput, match="cannot be written"):
        write_text(tmp_path / "file" / "inside.txt", "x")


def test_a_written_file_is_readable_by_others(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        write_text(tmp_path / "a", "x")
    finally:
        os.umask(mask)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


def test_a_folder_of_that_name_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "c.parquet").mkdir()
    with pytest.raises(UnusableInput, match="cannot be written"):
        write_text(tmp_path / "c.parquet", "x")
    assert list(tmp_path.iterdir()) == [tmp_path / "c.parquet"]
