"""What a score means, in words."""

from pathlib import Path
from typing import Any

import pytest

from fiducial.pipelines.opening import open_pipeline
from fiducial.pipelines.pipeline import Pipeline
from fiducial.serve.viewing.confidence import _told, is_calibrated
from models.making import CLASSIFIER, write_bundle
from pipelines.making import ALONE, ONE_RULE, write_pipeline

PLATT = '[[findings]]\nname = "bright"\n[findings.calibrator]\nkind = "platt"\nslope = 1.0\nintercept = 0.0\n'


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    folder = tmp_path_factory.mktemp("calibrated")
    where = write_pipeline(folder, ALONE, ONE_RULE)
    write_bundle(folder / "first", CLASSIFIER.replace('[[findings]]\nname = "bright"\n', PLATT))
    return open_pipeline(where)


def row(score: float | None, reason: str | None = None) -> dict[str, Any]:
    return {"score": score, "model": "bright", "abstained": False, "reason": reason}


@pytest.mark.parametrize(
    ("score", "told"), [(0.62, "about 62 have it"), (0.001, "fewer than 1 have it"), (0.999, "more than 99 have it")]
)
def test_a_calibrated_score_is_a_share_of_such_studies(calibrated: Pipeline, score: float, told: str) -> None:
    assert f"Of 100 studies scored so, {told}." in _told(calibrated, "bright", row(score))


def test_a_score_that_nobody_calibrated_is_no_probability(pipeline: Path) -> None:
    opened = open_pipeline(pipeline)
    assert not is_calibrated(opened, "both", "bright")
    assert not is_calibrated(opened, "first", "bright")
    assert "not how likely it is" in _told(opened, "bright", {**row(0.62), "model": "first"})


def test_a_model_that_abstains_says_why(calibrated: Pipeline) -> None:
    assert "gave no usable score (is unlike what it knows)" in _told(
        calibrated, "b", row(None, "is unlike what it knows")
    )
