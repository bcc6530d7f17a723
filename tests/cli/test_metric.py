"""``fiducial metric-check`` from its arguments to its exit codes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from audit.metric.making import pair, write_results
from fiducial.cli.app import app

QUICK = ["--metric", "mae", "--slices", "2", "--draws", "2", "--resamples", "100"]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_results(tmp_path_factory.mktemp("results"), [pair(one) for one in range(13)])


def run(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["metric-check", *map(str, words)])
    return done.exit_code, done.stdout


def test_a_copy_of_the_input_fails(results: Path, tmp_path: Path) -> None:
    code, told = run(results, *QUICK, "--window", "-100", "200", "--out", tmp_path / "report")
    assert code == 1
    assert "Body MAE, window -100 to 200, gives the prediction" in told
    assert (tmp_path / "report" / "metric-check.html").exists()
    assert "mae body" in told


def test_json_is_the_document(results: Path) -> None:
    code, told = run(results, *QUICK, "--region", "body", "--json")
    assert code == 1
    assert json.loads(told)["schema"] == "fiducial.metric-check/1"
    assert {one["region"] for one in json.loads(told)["readings"]} == {"body"}


def test_a_broken_row_is_listed_and_the_exit_code_says_so(results: Path) -> None:
    broken = results.with_name("broken.csv")
    broken.write_text(results.read_text() + "s99,p99,gone.nii,s0-target.nii.gz,\n")
    code, told = run(broken, *QUICK)
    assert code == 5
    assert "0 s99: not used. broken.csv: row 15: prediction gone.nii: there is no such file" in told
