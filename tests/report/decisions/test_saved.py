"""What is no saved decision is refused with its place."""

import json
from pathlib import Path

import pytest

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.report.decisions.saved import decision_of, read_decision
from report.decisions.chest import decision, saved


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    lines = [json.dumps({**saved(decision()), "study": study}) for study in ("s1", "s2")]
    path = tmp_path / "traces.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_study_is_found_by_its_name(traces: Path) -> None:
    assert read_decision(traces, "s2").study == "s2"


def test_the_only_study_needs_no_name(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(saved(decision())))
    assert read_decision(path).document == saved(decision())


def test_of_several_studies_one_must_be_named(traces: Path) -> None:
    with pytest.raises(WrongUsage, match="holds several studies; name one of them, such as 's1'"):
        read_decision(traces)


def test_an_unknown_study_is_answered_with_those_that_are_there(traces: Path) -> None:
    with pytest.raises(WrongUsage, match=r"no study 's3'\. It holds 's1', 's2'\."):
        read_decision(traces, "s3")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "line 1: is not JSON"),
        ("[1]", "line 1: must be a decision, an object; got list"),
        ('{"schema": "x/1", "study": "s1"}', "line 1: must be of schema fiducial.decision/1; got 'x/1'"),
        ('{"schema": "fiducial.decision/1", "study": "s1"}', "line 1: decision: Field required. Write it again"),
        ("[" * 100_000, "line 1: is not JSON"),
    ],
)
def test_a_line_that_is_none_is_told_with_its_number(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "traces.jsonl"
    path.write_text(text)
    with pytest.raises(UnusableInput, match=told):
        read_decision(path, "s1")


def test_an_absent_file_says_who_writes_one(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"no such file\. fiducial decide --traces writes one"):
        read_decision(tmp_path / "none.jsonl")


def test_a_truth_is_never_read_as_a_number() -> None:
    document = saved(decision())
    document["rules"][0]["value"] = 1
    with pytest.raises(UnusableInput, match=r"rules\.0\.value"):
        decision_of(document)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "traces.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnusableInput, match="cannot be read as text"):
        read_decision(path)


def run_trace(folder: Path, **document: object) -> Path:
    path = folder / "s1.json"
    path.write_text(json.dumps({"schema": "fiducial.pipeline-study/1", "study": "s1", **document}, indent=1))
    return path


def test_the_trace_of_a_run_holds_a_decision(tmp_path: Path) -> None:
    assert read_decision(run_trace(tmp_path, decision=saved(decision()))).document == saved(decision())


def test_a_study_of_a_run_that_was_not_decided_says_why(tmp_path: Path) -> None:
    path = run_trace(tmp_path, decision=None, failed=None, outside="its body part is HAND; CHEST enters")
    with pytest.raises(UnusableInput, match=r"study 's1' was not decided: its body part is HAND; CHEST enters\."):
        read_decision(path)
