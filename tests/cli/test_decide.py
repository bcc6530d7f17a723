"""``fiducial decide``: what it writes, what it tells, and how it ends."""

import json
from pathlib import Path

import polars as pl
import pytest

from cli.conftest import Run
from rules.written import file_of

SCORES = pl.DataFrame(
    {"study": ["a", "b"], "finding": "effusion", "model": "cnn-a", "score": [0.7, 0.2], "reason": [None, None]},
    schema_overrides={"reason": pl.String},
)
FAILED = SCORES.with_columns(score=pl.Series([0.7, None]), reason=pl.Series([None, "timed out"]))
RULE = "score(effusion) >= $half"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    (tmp_path / "decision.toml").write_text(file_of(high=RULE, low="not rule(high)"))
    SCORES.write_csv(tmp_path / "scores.csv")
    FAILED.write_csv(tmp_path / "failed.csv")
    return tmp_path


def test_a_row_a_study_and_rule_is_written(fiducial: Run, made: Path) -> None:
    assert fiducial("decide", "decision.toml", "scores.csv", "--out", "out.parquet").returncode == 0
    rows = pl.read_parquet(made / "out.parquet")
    assert rows.select("study", "rule", "value").rows() == [
        ("a", "high", 1), ("a", "low", 0), ("b", "high", 0), ("b", "low", 1)
    ]  # fmt: skip
    assert rows["hash"][0].startswith("sha256:")


def test_an_unknown_conclusion_ends_with_5_and_its_reason(fiducial: Run, made: Path) -> None:
    done = fiducial("decide", "decision.toml", "failed.csv", "--out", "out.csv")
    assert done.returncode == 5
    assert "low: 0 true, 1 false, 1 unknown" in done.stdout
    assert pl.read_csv(made / "out.csv")["reason"].to_list()[2:] == ["cnn-a: timed out", "rule high: cnn-a: timed out"]


def test_json_is_one_document(fiducial: Run, made: Path) -> None:
    document = json.loads(fiducial("decide", "decision.toml", "failed.csv", "--out", "out.csv", "--json").stdout)
    assert document["schema"] == "fiducial.decide/1"
    assert document["conclusions"] == {"low": {"true": 0, "false": 1, "unknown": 1}}
    assert made.joinpath("out.csv").exists()


def test_traces_are_a_document_a_line(fiducial: Run, made: Path) -> None:
    fiducial("decide", "decision.toml", "scores.csv", "--out", "out.csv", "--traces", "traces.jsonl")
    documents = [json.loads(line) for line in (made / "traces.jsonl").read_text().splitlines()]
    assert [one["study"] for one in documents] == ["a", "b"]
    assert documents[0]["rules"][0]["flip"]["words"] == "would be false with score(effusion) below 0.5 (now 0.7)"


def test_a_study_is_told_in_words(fiducial: Run, made: Path) -> None:
    told = fiducial("decide", "decision.toml", "scores.csv", "--out", "out.csv", "--study", "a").stdout
    assert told.startswith("low: false\n  > not rule(high): false\n    > rule(high): true\n")
    assert made.exists()


def test_a_mistyped_study_is_answered_with_the_nearest(fiducial: Run, made: Path) -> None:
    SCORES.with_columns(study=pl.Series(["study-1", "study-2"])).write_csv(made / "scores.csv")
    done = fiducial("decide", "decision.toml", "scores.csv", "--out", "out.csv", "--study", "study1")
    assert (done.returncode, "Did you mean 'study-1'" in done.stderr) == (2, True)


def test_overrides_are_applied_and_written_with_what_was_before(fiducial: Run, made: Path) -> None:
    (made / "o.csv").write_text(
        "study,reader,at,flag,to,reason\n"
        "a,r1,2026-01-31T14:05,rule(high),false,artefact\n"
        "b,r1,2026-01-31T14:06,score(effusion),0.9,missed\n"
    )
    fiducial("decide", "decision.toml", "scores.csv", "--out", "out.csv", "--overrides", "o.csv")
    rows = pl.read_csv(made / "out.csv")
    assert rows["value"].to_list() == [0, 1, 1, 0]
    assert rows["overridden"].to_list() == ["r1", None, None, None]
    assert pl.read_csv(made / "out.overrides.csv")["from"].to_list() == ["true", "0.2"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("score(effusion)", "score(efusion)"), "decision.toml: line 19, column 17, rule 'high': there is no score"),
        (("half = 0.5", "half = 0.5.5"), "decision.toml: is not valid TOML"),
        (("[thresholds]", "[treshholds]"), "Did you mean 'thresholds'"),
    ],
)
def test_a_mistake_in_the_file_is_told_and_nothing_written(
    fiducial: Run, made: Path, change: tuple[str, str], told: str
) -> None:
    path = made / "decision.toml"
    path.write_text(path.read_text().replace(*change))
    done = fiducial("decide", "decision.toml", "scores.csv", "--out", "out.csv")
    assert (done.returncode, told in done.stderr) == (4, True)
    assert not (made / "out.csv").exists()


def test_another_ending_is_refused_before_the_work(fiducial: Run, made: Path) -> None:
    assert fiducial("decide", "decision.toml", "scores.csv", "--out", "out.xlsx").returncode == 2
    assert not (made / "out.xlsx").exists()
