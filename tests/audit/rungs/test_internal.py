"""The internal rung: all four corners, and no credit for decisions that were never taken."""

import numpy as np
import polars as pl
import pytest

import fiducial as fd
from audit.studies import Study
from fiducial.claims.evidence import Figure, RungResult, Verdict


def judge(study: Study, predictions: pl.DataFrame | None = None) -> RungResult:
    scores = study.predictions if predictions is None else predictions
    return fd.climb(study.claim, cohort=study.cohort, predictions=scores, resamples=100)["internal"]


def shoulders() -> Study:
    """986 of 1,000 fractures found, 423 of 470 healthy shoulders called fractured: precision 0.70."""
    truth = np.repeat([1, 0], [1000, 470])
    called = np.repeat([1, 0, 1, 0], [986, 14, 423, 47])
    names = [f"p{i}" for i in range(truth.size)]
    columns = {"study": names, "patient": names, "label.x": truth, "split": ["test"] * truth.size}
    return Study(columns, called * 0.8 + 0.1, {"sensitivity": 0.95})


def figure(result: RungResult, name: str) -> Figure:
    return next(one for one in result.figures if one.name == name)


def test_precision_of_seventy_percent_does_not_hide_a_specificity_of_ten() -> None:
    found = judge(shoulders())
    assert (figure(found, "ppv_observed").value, figure(found, "specificity").value) == pytest.approx(
        (0.7, 0.1), abs=0.001
    )
    assert "of 100 healthy it calls 90 ill" in found.sentence
    assert found.alarms[0].startswith("90 of 100 healthy are called ill")
    assert not set(found.alarms) & set(found.notes)


def test_the_four_corners_are_counted() -> None:
    found = judge(shoulders())
    names = ("true_positives", "false_negatives", "false_positives", "true_negatives")
    assert [figure(found, name).value for name in names] == [986, 14, 423, 47]


def test_predictive_values_follow_the_claimed_prevalence() -> None:
    study = shoulders()
    study.prevalence = (0.02, 0.02)
    found = figure(judge(study), "ppv_at_0.02")
    assert found.value == pytest.approx(0.02 * 0.986 / (0.02 * 0.986 + 0.98 * 0.9))
    assert found.interval is not None
    assert found.interval.low < found.value < found.interval.high


def test_a_score_equal_to_the_threshold_is_a_positive_call() -> None:
    study = shoulders()
    study.threshold = 0.9
    assert figure(judge(study), "sensitivity").value == pytest.approx(0.986)


def test_a_good_estimate_on_few_patients_stays_undecided(study: Study) -> None:
    few = {name: np.asarray(values)[:40] for name, values in study.columns.items()}
    assert judge(Study(few, study.score[:40])).verdict is Verdict.UNDECIDED


def test_a_floor_that_the_whole_interval_misses_fails(study: Study) -> None:
    study.floors = {"auroc": 0.999}
    assert judge(study).verdict is Verdict.FAILS


def test_dropping_the_hard_cases_does_not_earn_a_verdict(study: Study) -> None:
    ill = study.columns["label.x"].astype(bool)
    missed = ill & (study.score < 0.5)
    study.floors = {"sensitivity": 0.95}
    kept = study.predictions.filter(~pl.Series(missed))
    found = judge(study, kept)
    assert figure(found, "sensitivity").value == 1.0
    assert found.verdict is Verdict.UNDECIDED
    assert any("counted as errors" in note for note in found.notes)


def test_a_floor_for_coverage_takes_the_place_of_counting_gaps_as_errors(study: Study) -> None:
    study.floors = {"sensitivity": 0.7, "coverage": 0.99}
    found = judge(study, study.predictions.head(1500))
    assert found.verdict is Verdict.FAILS
    assert figure(found, "coverage").value == pytest.approx(0.75, abs=0.01)


def test_an_abstention_is_no_answer(study: Study) -> None:
    abstained = study.predictions.with_columns(
        abstained=pl.Series([1] + [0] * 1999), reason=pl.Series(["outside support"] + [None] * 1999)
    )
    assert figure(judge(study, abstained), "auroc").n == 999


def test_one_class_gives_the_corner_that_exists_and_no_verdict_for_the_other(study: Study) -> None:
    study.columns["label.x"] = np.zeros(2000, dtype=int)
    found = judge(study)
    assert {one.name for one in found.figures} >= {"specificity"}
    assert found.verdict in {Verdict.UNDECIDED, Verdict.FAILS}
    assert any("has none" in note for note in found.notes)


def test_a_rung_cannot_hold_on_patients_who_were_trained_on(study: Study) -> None:
    study.columns["split"] = np.where(np.arange(2000) < 50, "train", study.columns["split"])
    study.columns["patient"] = [f"p{i % 1000}" for i in range(2000)]
    found = judge(study)
    assert any("flatter" in note for note in found.notes)
    assert found.verdict is Verdict.UNDECIDED


def test_the_worst_cases_are_the_most_confident_mistakes(study: Study) -> None:
    cases = judge(study).cases
    missed = [case.score for case in cases if case.truth]
    assert missed == sorted(missed)
    assert all(case.score < 0.5 for case in cases if case.truth)
