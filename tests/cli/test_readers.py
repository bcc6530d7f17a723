"""``fiducial readers`` from its arguments to its exit codes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from audit.readers.making import Made, made
from fiducial.cli.app import app


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("readers")
    study: Made = made(readers=6, cases=240)
    study.readings.write_csv(place / "readings.csv")
    study.labels.write_csv(place / "labels.csv")
    return place


def run(folder: Path, *words: str) -> tuple[int, str]:
    told = ["readers", str(folder / "readings.csv"), "--truth", str(folder / "labels.csv"), *words]
    done = CliRunner().invoke(app, told)
    return done.exit_code, done.stdout


def test_it_tells_every_reader_and_the_gain(folder: Path, tmp_path: Path) -> None:
    code, told = run(folder, "--out", str(tmp_path / "out"), "--effect", "0.05")
    assert code == 0
    assert "6 readers, 240 cases (80 ill), alone to with; design random, covariance jackknife: holds" in told
    assert "reader  alone" in told
    assert "r6" in told
    assert "Power of the next study for a true change of 0.05 in auroc:" in told
    assert (tmp_path / "out" / "readers.html").exists()
    assert told.rstrip().endswith("Not a medical device.")


def test_json_is_the_document(folder: Path) -> None:
    code, told = run(folder, "--json", "--covariance", "unbiased", "--at-least", "0.5")
    assert code == 1
    document = json.loads(told)
    assert (document["schema"], document["covariance"], document["verdict"]) == (
        "fiducial.readers/1",
        "unbiased",
        "fails",
    )


def test_one_arm_is_no_gain(folder: Path) -> None:
    code, told = run(folder, "--arm", "alone", "--metric", "auroc")
    assert code == 3
    assert "auroc: 0.692 (0.636 to 0.743) over 6 readers." in told
    assert "specificity" not in told
