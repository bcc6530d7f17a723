"""``fiducial audit`` as a stranger meets it."""

import json
from pathlib import Path

import pytest

from cli.conftest import CLAIM, Run
from fiducial.files.hashes import hash_file


@pytest.mark.usefixtures("written")
def test_a_claim_that_holds_ends_with_zero(fiducial: Run, tmp_path: Path) -> None:
    done = fiducial("audit", "claim.toml", "--out", "report")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "report" / "report.html").stat().st_size > 10_000
    assert "internal: holds" in done.stdout


@pytest.mark.usefixtures("written")
def test_json_is_the_document_and_nothing_else(fiducial: Run, tmp_path: Path) -> None:
    done = fiducial("audit", "claim.toml", "--out", "report", "--json")
    assert json.loads(done.stdout) == json.loads((tmp_path / "report" / "evidence.json").read_text())


@pytest.mark.usefixtures("written")
def test_two_runs_give_the_same_bytes(fiducial: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        fiducial("audit", "claim.toml", "--out", name)
    one, two = (sorted((tmp_path / name).rglob("*.*")) for name in ("one", "two"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


@pytest.mark.usefixtures("written")
def test_a_claim_that_fails_ends_with_one(fiducial: Run, tmp_path: Path) -> None:
    (tmp_path / "claim.toml").write_text(CLAIM.replace("auroc = 0.8", "auroc = 0.9999"))
    assert fiducial("audit", "claim.toml").returncode == 1


@pytest.mark.usefixtures("written")
def test_an_alarm_is_told_on_the_terminal_under_its_rung(fiducial: Run, tmp_path: Path) -> None:
    (tmp_path / "claim.toml").write_text(CLAIM.replace("value = 0.5", "value = 0.0"))
    assert "   ! Alarm: 100 of 100 healthy are called ill" in fiducial("audit", "claim.toml").stdout
    evidence = json.loads(fiducial("audit", "claim.toml", "--json").stdout)
    assert evidence["schema"] == "fiducial.evidence/2"
    assert evidence["rungs"][0]["alarms"][0].startswith("100 of 100 healthy")


@pytest.mark.usefixtures("written")
def test_missing_evidence_ends_with_three(fiducial: Run, tmp_path: Path) -> None:
    (tmp_path / "claim.toml").write_text(CLAIM.replace('"external"', '"external", "bias"'))
    done = fiducial("audit", "claim.toml")
    assert done.returncode == 3
    assert "evidence.strata" in done.stdout


def test_a_csv_of_scores_labels_and_patients_gets_a_first_report(fiducial: Run, tmp_path: Path) -> None:
    rows = "\n".join(f"p{i},{i % 2},{0.3 + 0.4 * (i % 2)}" for i in range(60))
    (tmp_path / "scores.csv").write_text(f"patient,label,score\n{rows}\n")
    done = fiducial("audit", "scores.csv", "--out", "report")
    assert done.returncode == 3
    assert "of 100 ill it finds 100" in done.stdout
    assert "evidence.external_by" in done.stdout
    assert "split" in done.stdout
    again = fiducial("audit", "report/claim.toml")
    assert again.stdout.splitlines()[1] == done.stdout.splitlines()[1]


def test_the_evidence_of_a_table_names_the_file_that_was_given(fiducial: Run, tmp_path: Path) -> None:
    rows = "\n".join(f"p{i},{i % 2},{0.3 + 0.4 * (i % 2)}" for i in range(60))
    (tmp_path / "scores.csv").write_text(f"patient,label,score\n{rows}\n")
    fiducial("audit", "scores.csv", "--out", "first")
    fiducial("audit", "first/claim.toml", "--out", "second")
    for folder, table in (("first", "scores.csv"), ("second", "first/cohort.parquet")):
        evidence = json.loads((tmp_path / folder / "evidence.json").read_text())
        assert evidence["provenance"]["inputs"]["cohort"] == hash_file(tmp_path / table)


def test_columns_of_another_name_are_mapped(fiducial: Run, tmp_path: Path) -> None:
    rows = "\n".join(f"p{i},{i % 2},{0.3 + 0.4 * (i % 2)}" for i in range(60))
    (tmp_path / "scores.csv").write_text(f"subject,truth,prob\n{rows}\n")
    words = ("--column", "patient=subject", "--column", "label=truth", "--column", "score=prob")
    assert "finds 100" in fiducial("audit", "scores.csv", *words, "--finding", "fracture").stdout


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("claim.toml", "[claim]\nfnding = 1\n", "Did you mean 'finding'"),
        ("gone.toml", None, "no such file"),
        ("scores.csv", "patient,label\np,1\n", "no column 'score'"),
        ("scores.csv", "patient,label,score\np1,1,0.5\np2,0,1.5\n", "row 3: score must be a number from 0 to 1"),
        ("scores.csv", "patient,label,score\np1,yes,0.5\n", "row 2: label"),
        ("scores.csv", "patient,label,score\np1,1,\n", "no reason says why"),
        ("scores.csv", "", "is empty"),
        ("scores.csv", "PK\x03\x04", "zip archive"),
    ],
)
def test_bad_input_ends_with_four_and_a_sentence(
    fiducial: Run, tmp_path: Path, name: str, content: str | None, told: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    done = fiducial("audit", name, "--out", "report")
    assert (done.returncode, done.stdout) == (4, "")
    assert told in done.stderr
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("audit",), "Missing argument"),
        (("audit", "claim.toml", "--threshold", "0.4"), "go with a table"),
        (("audit", "scores.csv", "--floor", "auroc"), "--floor takes NAME=VALUE"),
        (("audit", "claim.toml", "--colour", "red"), "No such option"),
        (("cohort", "build", ".", "--out", "c.csv", "--unit", "patient"), "a unit is study, series, image"),
        (("cohort", "build", ".", "--out", "c.csv", "--layout", "niih14"), "Did you mean 'nih14'"),
    ],
)
@pytest.mark.usefixtures("written")
def test_wrong_usage_ends_with_two(fiducial: Run, words: tuple[str, ...], told: str) -> None:
    done = fiducial(*words)
    assert done.returncode == 2
    assert told in done.stderr


def test_a_claim_that_the_user_completed_is_not_overwritten(fiducial: Run, tmp_path: Path) -> None:
    rows = "\n".join(f"p{i},{i % 2},{0.3 + 0.4 * (i % 2)}" for i in range(60))
    (tmp_path / "scores.csv").write_text(f"patient,label,score\n{rows}\n")
    fiducial("audit", "scores.csv", "--out", "first")
    own = (tmp_path / "first" / "claim.toml").read_text() + "# mine\n"
    (tmp_path / "first" / "claim.toml").write_text(own)
    fiducial("audit", "scores.csv", "--out", "first")
    assert (tmp_path / "first" / "claim.toml").read_text() == own
    assert (tmp_path / "first" / "claim.draft.toml").exists()


def test_a_file_in_the_way_of_the_report_is_told(fiducial: Run, tmp_path: Path) -> None:
    (tmp_path / "claim.toml").write_text(CLAIM)
    (tmp_path / "report").write_text("in the way")
    done = fiducial("audit", "claim.toml", "--out", "report")
    assert done.returncode == 4
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("written")
def test_charts_of_an_earlier_audit_do_not_stay(fiducial: Run, tmp_path: Path) -> None:
    fiducial("audit", "claim.toml", "--out", "report")
    (tmp_path / "report" / "charts" / "external-of-old.csv").write_text("x")
    fiducial("audit", "claim.toml", "--out", "report")
    assert not (tmp_path / "report" / "charts" / "external-of-old.csv").exists()
