"""``fiducial cohort select`` as a stranger meets it."""

import json
from pathlib import Path

import polars as pl

from cli.conftest import Run

CRITERIA = """
[[include]]
name = "adults"
reason = "Younger than 18"
column = "age"
at_least = 18
missing = "drop"
"""
CLAIM = '[claim]\nname = "c"\nfinding = "x"\npopulation = { age = [50, 90] }\nthreshold = { value = 0.5 }\n'


def write(folder: Path) -> None:
    (folder / "criteria.toml").write_text(CRITERIA)
    (folder / "claim.toml").write_text(CLAIM)
    (folder / "c.csv").write_text("study,patient,age,label.x\na,p,40,1\nb,q,5,0\nc,r,,0\nd,s,60,0\n")


def test_the_table_and_the_page_are_written(fiducial: Run, tmp_path: Path) -> None:
    write(tmp_path)
    done = fiducial(
        "cohort", "select", "c.csv", "--criteria", "criteria.toml", "--out", "s.parquet", "--report", "flow"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 rows go (1 for want of a value)" in done.stdout
    assert pl.read_parquet(tmp_path / "s.parquet")["study"].to_list() == ["a", "d"]
    assert (tmp_path / "flow" / "flow.svg").exists()


def test_json_is_one_document(fiducial: Run, tmp_path: Path) -> None:
    write(tmp_path)
    done = fiducial("cohort", "select", "c.csv", "--criteria", "criteria.toml", "--out", "s.parquet", "--json")
    assert json.loads(done.stdout)["steps"][0]["after"]["rows"] == 2


def test_those_outside_the_claim_end_with_one(fiducial: Run, tmp_path: Path) -> None:
    write(tmp_path)
    words = ("--criteria", "criteria.toml", "--out", "s.parquet", "--claim", "claim.toml", "--json")
    assert fiducial("cohort", "select", "c.csv", *words).returncode == 1
    assert fiducial("cohort", "check", "c.csv", "--claim", "claim.toml", "--only", "population").returncode == 1


def test_bad_criteria_end_with_four_and_write_nothing(fiducial: Run, tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "criteria.toml").write_text(CRITERIA.replace("at_least", "atleast"))
    done = fiducial("cohort", "select", "c.csv", "--criteria", "criteria.toml", "--out", "s.parquet")
    assert done.returncode == 4
    assert "Did you mean 'at_least'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "s.parquet").exists()
