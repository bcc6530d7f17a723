"""``fiducial rules show`` and ``fiducial rules explain``."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fiducial.cli.app import app
from fiducial.errors import UnusableInput
from report.decisions.chest import FILE, decision, saved


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    path = tmp_path / "traces.jsonl"
    path.write_text(json.dumps(saved(decision())) + "\n")
    return path


def run(*words: str | Path) -> str:
    done = CliRunner().invoke(app, ["rules", *map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_explain_says_the_conclusions_and_writes_the_page(traces: Path, tmp_path: Path) -> None:
    told = run("explain", traces, "s1", "--out", tmp_path / "page.html")
    assert told.startswith("Pneumothorax: yes, 0.91 over 0.80 (revision 3). It would turn to no if ")
    assert "Not a medical device." in told
    assert "<h1>" in (tmp_path / "page.html").read_text()


def test_explain_prints_the_document_that_it_read(traces: Path) -> None:
    assert json.loads(run("explain", traces, "--json")) == json.loads(traces.read_text())


def test_show_lists_thresholds_and_writes_the_page(tmp_path: Path) -> None:
    (tmp_path / "decision.toml").write_text(FILE)
    told = run("show", tmp_path / "decision.toml", "--out", tmp_path / "rules.html")
    assert "$pneumothorax = 0.8 (revision 3, tune split, specificity >= 0.9)" in told
    assert "Which rule reads which" in (tmp_path / "rules.html").read_text()


def test_a_file_that_is_not_there_ends_in_its_name(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"none\.jsonl: there is no such file"):
        CliRunner().invoke(app, ["rules", "explain", str(tmp_path / "none.jsonl")], catch_exceptions=False)
