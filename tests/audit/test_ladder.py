"""The ladder end to end: what is missing, what is told, and that the same inputs give the same bytes."""

from pathlib import Path

import polars as pl
import pytest

import fiducial as fd
from audit.studies import Study, make_study
from fiducial.claims.evidence import Evidence, Verdict
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.report.folder import as_json


def climb(study: Study, **given: object) -> Evidence:
    tables = {"cohort": study.cohort, "predictions": study.predictions, "resamples": 200} | given
    return fd.climb(study.claim, **tables)  # type: ignore[arg-type]  # a dict of three kinds


def test_a_model_that_keeps_its_promises_holds(study: Study) -> None:
    study.floors |= {"largest_gap": 0.2, "ece": 0.2}
    assert climb(study).verdict is Verdict.HOLDS


def test_the_claims_verdict_is_its_worst_required_rung(study: Study) -> None:
    study.floors |= {"largest_gap": 0.2, "brier": 0.0001}
    evidence = climb(study)
    assert (evidence["calibration"].verdict, evidence.verdict) == (Verdict.FAILS, Verdict.FAILS)


def test_a_missing_column_is_not_shown_and_named(study: Study) -> None:
    del study.columns["sex"]
    bias = climb(study)["bias"]
    assert bias.verdict is Verdict.NOT_SHOWN
    assert bias.missing == ("cohort column 'sex'",)


def test_a_missing_column_is_told_as_a_way_up(study: Study) -> None:
    del study.columns["patient"]
    assert any("internal" in hint and "patient" in hint for hint in climb(study).hints)


def test_rows_without_a_patient_show_nothing(study: Study) -> None:
    study.columns["patient"][0] = None
    assert climb(study)["internal"].verdict is Verdict.NOT_SHOWN


def test_no_external_rows_are_not_shown(study: Study) -> None:
    study.columns["split"] = ["test"] * len(study.columns["study"])
    assert climb(study)["external"].verdict is Verdict.NOT_SHOWN


def test_a_claim_without_floors_shows_nothing(study: Study) -> None:
    study.floors = {}
    evidence = climb(study)
    assert {result.verdict for result in evidence.rungs} == {Verdict.NOT_SHOWN}
    assert evidence["internal"].figures


def test_a_required_rung_that_does_not_exist_is_refused(study: Study) -> None:
    claim = study.claim.model_copy(update={"ladder": study.claim.ladder.model_copy(update={"required": ("interal",)})})
    with pytest.raises(WrongUsage, match="Did you mean 'internal'"):
        fd.climb(claim, cohort=study.cohort, predictions=study.predictions)


def test_a_prediction_outside_the_cohort_is_refused(study: Study) -> None:
    with pytest.raises(UnusableInput, match="1999 predictions are of studies that the cohort does not hold"):
        climb(study, cohort=study.cohort.head(1))


def test_a_finding_without_labels_is_refused(study: Study) -> None:
    study.columns["label.y"] = study.columns.pop("label.x")
    with pytest.raises(UnusableInput, match=r"no column 'label\.x'.*It has labels for: y"):
        climb(study)


def test_one_table_may_hold_labels_and_scores(study: Study) -> None:
    alone = climb(study, cohort=study.cohort.with_columns(score=pl.Series(study.score)), predictions=None)
    assert alone["internal"].figures == climb(study)["internal"].figures


def test_the_same_inputs_give_the_same_bytes(study: Study) -> None:
    assert as_json(climb(study)) == as_json(climb(study))


def test_the_order_of_the_predictions_does_not_matter(study: Study) -> None:
    shuffled = climb(study, predictions=study.predictions.sample(fraction=1, shuffle=True, seed=1))
    assert [r.document(required=True) for r in shuffled.rungs] == [
        r.document(required=True) for r in climb(study).rungs
    ]


def test_pandas_frames_and_files_say_the_same(study: Study, tmp_path: Path) -> None:
    study.cohort.write_csv(tmp_path / "cohort.csv")
    study.predictions.write_parquet(tmp_path / "predictions.parquet")
    files = climb(study, cohort=tmp_path / "cohort.csv", predictions=tmp_path / "predictions.parquet")
    frames = climb(study, cohort=study.cohort.to_pandas(), predictions=study.predictions.to_pandas())
    assert files["internal"].figures == frames["internal"].figures


def test_the_evidence_carries_no_absolute_path(study: Study, tmp_path: Path) -> None:
    study.cohort.write_csv(tmp_path / "cohort.csv")
    assert str(tmp_path) not in as_json(climb(study, cohort=tmp_path / "cohort.csv"))


def test_two_audits_of_one_study_agree_whatever_ran_before() -> None:
    first = climb(make_study(300))
    climb(make_study(500, seed=9))
    assert first["calibration"] == climb(make_study(300))["calibration"]


def leaking(study: Study) -> Study:
    """Every judged patient has an unlabelled row in train."""
    count = len(study.columns["study"])
    twice = {name: [*values, *values] for name, values in study.columns.items()}
    twice["study"][count:] = [f"t{index}" for index in range(count)]
    twice["split"][count:] = ["train"] * count
    twice["label.x"][count:] = [None] * count
    return Study(twice, [*study.score, *study.score], study.floors, study.evidence)


@pytest.mark.parametrize("rung", ["internal", "external", "bias", "calibration"])
def test_no_rung_holds_on_patients_of_train_labelled_there_or_not(study: Study, rung: str) -> None:
    study.floors |= {"largest_gap": 0.2, "ece": 0.2}
    assert climb(study)[rung].verdict is Verdict.HOLDS
    found = climb(leaking(study))[rung]
    assert found.verdict is Verdict.UNDECIDED
    assert "flatter the model" in found.notes[0]


@pytest.mark.parametrize("rung", ["internal", "calibration"])
def test_no_rung_holds_on_the_easy_cases_alone(study: Study, rung: str) -> None:
    study.floors = {"auroc": 0.9, "largest_gap": 0.3, "ece": 0.2}
    assert climb(study)[rung].verdict is Verdict.HOLDS
    easy = study.predictions.filter((pl.Series(study.score) - pl.Series(study.columns["label.x"])).abs() < 0.2)
    assert climb(study, predictions=easy.head(600))[rung].verdict is not Verdict.HOLDS


def test_predictions_of_other_conditions_alone_are_refused(study: Study) -> None:
    noisy = study.predictions.with_columns(condition=pl.lit("noise:1"))
    with pytest.raises(UnusableInput, match=r"no clean prediction.*noise:1"):
        climb(study, predictions=noisy)


def test_a_model_that_answers_nothing_shows_nothing(study: Study) -> None:
    silent = study.predictions.with_columns(score=pl.lit(None, pl.Float64), reason=pl.lit("failed"))
    assert climb(study, predictions=silent)["internal"].verdict is Verdict.NOT_SHOWN


def test_a_claim_in_memory_names_no_command_that_does_not_exist(study: Study) -> None:
    assert climb(study).provenance.command.startswith("fd.climb(claim, ...) --seed 0")
