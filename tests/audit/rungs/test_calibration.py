"""The calibration rung: scores as probabilities."""

import numpy as np
import pytest

import fiducial as fd
from audit.studies import Study, make_study
from fiducial.claims.charts import Curves
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


def test_one_patient_is_not_shown(study: Study) -> None:
    study.columns["patient"] = ["p"] * 2000
    assert judge(study).verdict is Verdict.NOT_SHOWN


def test_the_reliability_curve_is_as_sure_as_the_claim_asks(study: Study) -> None:
    def bars(confidence: float) -> tuple[float, ...]:
        found = fd.climb(
            study.claim, cohort=study.cohort, predictions=study.predictions, resamples=100, confidence=confidence
        )
        [chart] = [one for one in found["calibration"].charts if one.name == "reliability"]
        assert isinstance(chart, Curves)
        return chart.series[0].low

    assert all(sure < unsure for sure, unsure in zip(bars(0.99), bars(0.5), strict=True))


def test_every_external_group_has_its_own_calibration(study: Study) -> None:
    groups = {figure.subgroup for figure in judge(study).figures if figure.name == "calibration_intercept"}
    assert groups == {"all", "site=B"}


def test_a_site_where_scores_are_too_high_is_told(study: Study) -> None:
    study.score = np.where(study.columns["site"] == "B", np.sqrt(study.score), study.score)
    assert any(note.startswith("At site=B scores are too high") for note in judge(study).notes)


def test_the_error_at_the_prevalence_of_use_is_given() -> None:
    rng = np.random.default_rng(5)
    study = make_study(20_000)
    study.score = rng.random(20_000)
    study.columns["label.x"] = (rng.random(20_000) < study.score).astype(int)
    study.prevalence = (0.02, 0.1)
    found = {figure.name: figure.value for figure in judge(study).figures}
    assert found["ece_at_0.02"] < 0.02
    assert found["ece_at_0.1"] < 0.03


def with_tune(study: Study) -> Study:
    tuned = np.arange(2000) % 4 == 0
    study.columns["split"] = np.where(tuned, "tune", study.columns["split"]).astype(object)
    return study


def test_recalibration_is_fitted_on_tune_and_offered(study: Study) -> None:
    study.score = study.score**3
    found = judge(with_tune(study))
    by_name = {figure.name: figure.value for figure in found.figures if figure.subgroup == "all"}
    assert by_name["ece_after_platt"] < by_name["ece"] * 0.7
    assert any("Recalibrated on 500 tuning decisions (platt" in note for note in found.notes)


def test_recalibration_never_looks_at_the_judged_split(study: Study) -> None:
    before = judge(with_tune(study))
    judged = np.asarray(study.columns["split"]) != "tune"
    study.columns["label.x"] = np.where(judged, 1 - study.columns["label.x"], study.columns["label.x"])
    formulas = [note.split(")")[0] for result in (before, judge(study)) for note in result.notes if "(platt" in note]
    assert formulas[0] == formulas[1]


def test_without_a_tuning_split_nothing_is_offered(study: Study) -> None:
    assert any("No recalibration is offered" in note for note in judge(study).notes)
