"""The calibration rung: scores as probabilities."""

import numpy as np
import pytest

import fiducial as fd
from audit.studies import Study, make_study
from fiducial.claims.evidence import RungResult, Verdict


def judge(study: Study) -> RungResult:
    return fd.climb(study.claim, cohort=study.cohort, predictions=study.predictions, resamples=200)["calibration"]


def test_true_probabilities_hold_a_slope_around_one() -> None:
    rng = np.random.default_rng(4)
    study = make_study(20_000)
    study.score = rng.random(20_000)
    study.columns["label.x"] = (rng.random(20_000) < study.score).astype(int)
    study.floors = {"calibration_slope": (0.8, 1.25), "calibration_intercept": (-0.2, 0.2), "ece": 0.05}
    assert judge(study).verdict is Verdict.HOLDS


def test_overconfident_scores_are_called_too_extreme(study: Study) -> None:
    study.score = np.clip(1 / (1 + (study.score / (1 - study.score)) ** -4.0), 0, 1)
    study.floors = {"calibration_slope": (0.8, 1.25)}
    found = judge(study)
    assert found.verdict is Verdict.FAILS
    assert "too extreme" in found.sentence


def test_separated_classes_have_no_slope_and_stay_undecided(study: Study) -> None:
    study.score = np.where(study.columns["label.x"] == 1, 0.9, 0.1) + np.linspace(0, 0.05, 2000)
    study.floors = {"calibration_slope": (0.8, 1.25)}
    found = judge(study)
    assert found.verdict is Verdict.UNDECIDED
    assert any("No calibration slope" in note for note in found.notes)


def test_the_figures_are_those_of_the_internal_split(study: Study) -> None:
    assert {figure.n for figure in judge(study).figures} == {1000}


@pytest.mark.parametrize("name", ["ece", "brier"])
def test_an_interval_holds_its_estimate(study: Study, name: str) -> None:
    figure = next(one for one in judge(study).figures if one.name == name)
    assert figure.interval is not None
    assert figure.interval.low <= figure.value <= figure.interval.high


def test_one_class_is_not_shown(study: Study) -> None:
    study.columns["label.x"] = np.ones(2000, dtype=int)
    assert judge(study).verdict is Verdict.NOT_SHOWN
