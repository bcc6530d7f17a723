"""``fiducial rules check``: words, document and exit codes."""

import json
from pathlib import Path

from typer.testing import CliRunner

from fiducial.claims.evidence import NOTICE
from fiducial.cli import rules as verb
from fiducial.cli.app import app
from fiducial.rules.checks.search import STEPS
from rules.written import file_of

UNSOUND = file_of(a="score(effusion) > 0.9 and score(effusion) < $half")


def run(tmp_path: Path, text: str, *words: str) -> tuple[int, str]:
    path = tmp_path / "decision.toml"
    path.write_text(text)
    done = CliRunner().invoke(app, ["rules", "check", str(path), *words])
    return done.exit_code, done.output


def test_an_error_ends_with_1_and_names_its_line(tmp_path: Path) -> None:
    code, told = run(tmp_path, UNSOUND)
    assert code == 1
    assert "X line 19, one-sided-rules: Rule 'a' can never be true" in told
    assert told.endswith("Not a medical device.\n")


def test_warnings_alone_end_with_0(tmp_path: Path) -> None:
    code, told = run(tmp_path, file_of(a="metadata(portable)"), "--only", "unread-names")
    assert (code, "0 errors, " in told) == (0, True)


def test_what_was_not_decided_is_counted_without_notes(tmp_path: Path) -> None:
    pair = "score(effusion) > score(pneumothorax) and score(effusion) < score(pneumothorax)"
    _, told = run(tmp_path, file_of(a=pair), "--only", "one-sided-rules", "--steps", "100")
    assert "1 questions were not decided" in told


def test_the_document_says_the_same(tmp_path: Path) -> None:
    code, told = run(tmp_path, UNSOUND, "--json")
    document = json.loads(told)
    assert (code, document["schema"], document["notice"]) == (1, "fiducial.rules-check/1", NOTICE)
    assert document["findings"][0]["line"] == 19


def test_a_file_that_cannot_be_read_ends_as_unusable(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["rules", "check", str(tmp_path / "none.toml")])
    assert done.exit_code != 0
    assert "there is no such file" in str(done.exception)


def test_the_steps_of_the_help_are_those_of_the_search() -> None:
    assert verb.STEPS == STEPS
