"""The command line as a process of its own: what a user sees, and the exit code."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.studies import Study, make_study

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def fiducial(tmp_path: Path) -> Run:
    """Run ``fiducial`` with some words in an empty folder."""

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
