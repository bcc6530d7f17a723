"""The command line: what a user sees, and the exit code."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.studies import Study, make_study
from fiducial.cli import main

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def fiducial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``fiducial`` with some words in an empty folder, in this process: its start costs more than most words do."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path) -> "subprocess.CompletedProcess[str]":
        command = ["fiducial", *map(str, words)]
        monkeypatch.setattr(sys, "argv", command)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return subprocess.CompletedProcess(command, int(ended.value.code or 0), told.out, told.err)

    return run


@pytest.fixture
def process(tmp_path: Path) -> Run:
    """The same as a process of its own, which tests/cli/test_app.py compares."""

    def run(*words: str | Path) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "fiducial", *map(str, words)]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603  (ours)

    return run


@pytest.fixture
def written(tmp_path: Path) -> Study:
    """A study on disk: cohort.csv, predictions.csv and claim.toml."""
    study = make_study(400)
    study.cohort.write_csv(tmp_path / "cohort.csv")
    study.predictions.write_csv(tmp_path / "predictions.csv")
    (tmp_path / "claim.toml").write_text(CLAIM)
    return study


CLAIM = """
[claim]
name = "c"
finding = "x"
threshold = { value = 0.5 }
[floors]
auroc = 0.8
[ladder]
required = ["internal", "external"]
[evidence]
cohort = "cohort.csv"
predictions = "predictions.csv"
external_by = ["site"]
"""
