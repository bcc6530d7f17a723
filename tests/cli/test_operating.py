"""``fiducial operating-point`` as a stranger meets it."""

import json
from pathlib import Path

import numpy as np
import pytest

from audit.studies import make_study
from cli.conftest import CLAIM, Run


@pytest.fixture
def on_disk(tmp_path: Path) -> None:
    study = make_study(600)
    study.columns["split"] = np.where(np.arange(600) % 2, "tune", "test").astype(object)
    study.cohort.write_csv(tmp_path / "cohort.csv")
    study.predictions.write_csv(tmp_path / "predictions.csv")
    study.columns["score"] = study.score
    study.cohort.write_csv(tmp_path / "scores.csv")
    (tmp_path / "claim.toml").write_text(CLAIM)


@pytest.mark.usefixtures("on_disk")
def test_a_threshold_is_told_with_its_corners_and_the_line_to_paste(fiducial: Run, tmp_path: Path) -> None:
    done = fiducial("operating-point", "claim.toml", "--rule", "specificity >= 0.85", "--out", "out")
    assert done.returncode == 0
    assert 'chosen_on = "tune", rule = "specificity >= 0.85"' in done.stdout
    assert "Not a medical device." in done.stdout
    assert (tmp_path / "claim.toml").read_text() == CLAIM
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "curve.csv", "operating-point.html", "operating-point.json",
    ]  # fmt: skip


@pytest.mark.usefixtures("on_disk")
def test_a_table_says_the_same_as_the_claim(fiducial: Run) -> None:
    words = ("--rule", "net benefit at 0.1", "--json")
    table, claim = (
        json.loads(fiducial("operating-point", name, *words).stdout) for name in ("scores.csv", "claim.toml")
    )
    assert table["threshold"] == claim["threshold"]


@pytest.mark.usefixtures("on_disk")
@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("claim.toml",), 2, "no rule was given, and the claim's threshold names none"),
        (("claim.toml", "--rule", "best"), 2, "a rule for a threshold is"),
        (("claim.toml", "--rule", "specificity >= 0.8", "--split", "test"), 2, "the split 'test' is judged"),
        (("claim.toml", "--rule", "specificity >= 0.8", "--split", "train"), 3, "0 ill and 0 healthy with a score"),
        (("claim.toml", "--rule", "specificity >= 0.8", "--finding", "x"), 2, "go with a table"),
        (("gone.csv", "--rule", "specificity >= 0.8"), 4, "gone.csv"),
    ],
)
def test_what_cannot_be_chosen_is_refused_with_a_reason(
    fiducial: Run, words: tuple[str, ...], code: int, told: str
) -> None:
    done = fiducial("operating-point", *words)
    assert (done.returncode, told in done.stderr) == (code, True), done.stderr
