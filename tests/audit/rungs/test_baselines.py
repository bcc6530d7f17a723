"""The baselines rung: a model must be better than what costs nothing, and a floor that a rival meets is told."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

import fiducial as fd
from audit.studies import Study, make_study
from fiducial.claims.claim import Claim
from fiducial.claims.evidence import Figure, RungResult, Verdict
from fiducial.cohort.table import Cohort, CohortSource


def judge(study: Study, thumbnails: NDArray[np.uint8] | None = None) -> RungResult:
    cohort: CohortSource = study.cohort
    if thumbnails is not None:
        whole = fd.read_cohort(study.cohort)
        files = pl.DataFrame({"study": study.columns["study"], "thumbnail": [one.tobytes() for one in thumbnails]})
        cohort = Cohort(whole.rows, files, whole.folder)
    return fd.climb(study.claim, cohort=cohort, predictions=study.predictions, resamples=100)["baselines"]


def figure(result: RungResult, name: str, subgroup: str) -> Figure:
    return next(one for one in result.figures if (one.name, one.subgroup) == (name, subgroup))


def telling_scanner(study: Study) -> Study:
    ill = study.columns["label.x"].astype(bool)
    wrong = np.random.default_rng(1).random(ill.size) < 0.1
    study.columns["scanner"] = np.where(ill ^ wrong, "X", "Y").astype(object)
    return study


def with_pictures(study: Study, shade: int) -> NDArray[np.uint8]:
    ill = study.columns["label.x"].astype(bool)
    noise = np.random.default_rng(2).normal(100, 20, (ill.size, 8, 8))
    grey: NDArray[np.uint8] = np.clip(noise + shade * ill[:, None, None], 0, 255).astype(np.uint8)
    return grey


def test_a_model_that_leads_clearly_holds(study: Study) -> None:
    study.floors |= {"lead_over_baselines": 0.2}
    found = judge(study)
    assert found.verdict is Verdict.HOLDS
    assert "metadata only" in found.sentence


def test_a_lead_that_is_too_small_fails(study: Study) -> None:
    study.floors = {"lead_over_baselines": 0.2}
    found = judge(telling_scanner(study))
    assert found.verdict is Verdict.FAILS
    assert any("misses the floor: lead_over_baselines at least 0.2" in note for note in found.notes)


def test_without_a_floor_a_lead_is_not_shown(study: Study) -> None:
    assert judge(study).verdict is Verdict.NOT_SHOWN


def test_without_a_floor_a_rival_that_is_better_fails_the_model(study: Study) -> None:
    study.score = np.random.default_rng(3).random(2000)
    study.floors = {}
    assert judge(telling_scanner(study)).verdict is Verdict.FAILS


def test_a_rung_cannot_hold_where_metadata_clear_the_claims_floor(study: Study) -> None:
    study.floors = {"auroc": 0.8, "lead_over_baselines": 0.01}
    found = judge(telling_scanner(study))
    assert found.verdict is Verdict.UNDECIDED
    assert found.alarms[0].startswith("A model that sees only metadata reaches AUROC 0.9")
    assert "the claim's floor of 0.8 asks for nothing that needs the image" in found.alarms[0]


def test_metadata_that_say_nothing_reach_a_half(study: Study) -> None:
    area = figure(judge(study), "auroc", "metadata only")
    assert area.interval is not None
    assert area.interval.low < 0.5
    assert area.value < 0.55


def test_metadata_learn_from_the_train_rows_where_there_are_any(study: Study) -> None:
    study.columns["split"] = np.where(np.arange(2000) % 2, "train", "test")
    assert any("fitted on 1,000 rows of split = train" in note for note in judge(study).notes)


def test_train_rows_of_judged_patients_are_not_learned_from(study: Study) -> None:
    study.columns["split"] = np.where(np.arange(2000) % 2, "train", "test")
    study.columns["patient"] = [f"p{i // 2 if i < 200 else i}" for i in range(2000)]
    assert any("fitted on 900 rows of split = train" in note for note in judge(study).notes)


def test_a_column_of_names_cannot_be_learned_by_heart(study: Study) -> None:
    study.columns["tag.StudyInstanceUID"] = [f"1.2.{i}.x" for i in range(2000)]
    note = next(one for one in judge(study).notes if one.startswith("Metadata only"))
    assert "StudyInstanceUID" not in note


def test_the_labels_of_other_findings_and_the_score_are_no_metadata(study: Study) -> None:
    study.columns["label.y"] = study.columns["label.x"]
    note = next(one for one in judge(study).notes if one.startswith("Metadata only"))
    assert "it sees site, sex." in note or "it sees sex." in note


def test_a_thumbnail_that_tells_is_seen(study: Study) -> None:
    found = judge(study, with_pictures(study, 15))
    assert figure(found, "auroc", "thumbnail only").value > 0.9
    assert found.alarms[0].startswith("A model that sees only a thumbnail of 8 x 8 pixels")


def test_a_thumbnail_that_tells_nothing_is_near_a_half(study: Study) -> None:
    assert figure(judge(study, with_pictures(study, 0)), "auroc", "thumbnail only").value < 0.56


def test_without_thumbnails_a_note_says_what_would_allow_them(study: Study) -> None:
    assert any("cohort has no thumbnails. Build the cohort from its images" in note for note in judge(study).notes)


def test_a_rule_is_judged_by_its_corners(study: Study) -> None:
    ill = study.columns["label.x"].astype(bool)
    study.columns["age"] = np.where(ill, 70, 50) + np.arange(2000) % 20
    study.evidence |= {"simple_rule": "age >= 60"}
    found = judge(study)
    assert figure(found, "sensitivity", "rule age >= 60").value == 1.0
    assert figure(found, "specificity", "rule age >= 60").value == pytest.approx(0.5, abs=0.05)


def test_a_rule_about_an_unknown_column_is_answered_with_the_nearest(study: Study) -> None:
    study.evidence |= {"simple_rule": "sexx == F"}
    found = judge(study)
    assert found.verdict is Verdict.NOT_SHOWN
    assert "Did you mean 'sex'" in found.sentence


def test_a_rule_that_asks_numbers_of_text_is_not_shown(study: Study) -> None:
    study.evidence |= {"simple_rule": "sex >= 3"}
    assert "holds no number" in judge(study).sentence


def test_the_brier_score_is_weighed_against_the_prevalence(study: Study) -> None:
    found = judge(study)
    share = float(np.mean(study.columns["label.x"][::2]))
    assert figure(found, "brier", "prevalence").value == pytest.approx(share * (1 - share))
    skill = figure(found, "brier_skill", "model vs prevalence")
    assert skill.interval is not None
    assert skill.interval.low < skill.value < skill.interval.high


def test_a_perfect_model_leads_with_an_interval(study: Study) -> None:
    few = {name: np.asarray(values)[:80] for name, values in study.columns.items()}
    found = judge(Study(few, few["label.x"] * 0.8 + 0.1, {}, {"simple_rule": "sex == F"}))
    lead = figure(found, "lead", "rule sex == F").interval
    assert lead is not None
    assert lead.high - lead.low > 0.1


def test_two_perfect_sides_leave_room_for_doubt(study: Study) -> None:
    few = {name: np.asarray(values)[:80] for name, values in study.columns.items()}
    few["sex"] = np.where(few["label.x"] == 1, "F", "M")
    lead = figure(
        judge(Study(few, few["label.x"] * 0.8 + 0.1, {}, {"simple_rule": "sex == F"})), "lead", "rule sex == F"
    )
    assert lead.interval is not None
    assert lead.interval.low < -0.05 < 0.05 < lead.interval.high


def test_a_patient_is_never_in_two_folds(study: Study) -> None:
    patient = np.arange(2000) // 2 // 10  # ten of a patient's rows are internal
    study.columns |= {"patient": patient, "ward": np.char.add("ward ", patient.astype(str)).astype(object)}
    study.columns["label.x"] = np.random.default_rng(4).random(100)[patient] < 0.4
    assert figure(judge(study), "auroc", "metadata only").value < 0.7


def test_the_shown_cases_are_those_that_only_the_rival_gets_right(study: Study) -> None:
    found = judge(telling_scanner(study))
    assert found.cases
    assert all((case.score >= 0.5) != case.truth for case in found.cases)
    assert all(case.why.endswith("metadata only has it right") for case in found.cases)


def test_one_class_cannot_be_compared(study: Study) -> None:
    study.columns["label.x"] = np.zeros(2000, dtype=int)
    assert judge(study).verdict is Verdict.NOT_SHOWN


def test_a_cohort_without_metadata_says_so(study: Study) -> None:
    for name in ("site", "sex"):
        del study.columns[name]
    study.floors, study.evidence = {"lead_over_baselines": 0.1}, {}
    found = judge(study)
    assert found.verdict is Verdict.NOT_SHOWN
    assert any("metadata baseline was not made: no column" in note for note in found.notes)


def test_a_handful_of_patients_is_no_traceback() -> None:
    study = make_study(12)
    assert judge(study).verdict is Verdict.NOT_SHOWN


def test_the_same_inputs_give_the_same_figures(study: Study) -> None:
    pictures = with_pictures(study, 3)
    assert judge(study, pictures) == judge(study, pictures)


@pytest.mark.real
def test_metadata_alone_tell_pneumonia_in_the_nih_radiographs(real_data: Path) -> None:
    built = fd.build_cohort(fd.Source(real_data / "cxr_nih14", fd.Unit.IMAGE)).cohort
    rows = built.rows.drop("folder_label", "source").with_columns(score=0.5 + 0.1 * (pl.col("view") == "AP"))
    statement = {"name": "nih", "finding": "pneumonia", "threshold": {"value": 0.5}}
    claim = Claim.model_validate({"claim": statement, "floors": {"auroc": 0.7}, "evidence": {"internal": "all"}})
    found = fd.climb(claim, cohort=Cohort(rows, built.files, built.folder), resamples=100)["baselines"]
    assert found.verdict is Verdict.FAILS
    assert figure(found, "auroc", "metadata only").value > 0.78
