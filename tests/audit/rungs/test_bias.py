"""The bias rung: gaps between subgroups, with room for doubt in both directions."""

import numpy as np

import fiducial as fd
from audit.studies import Study, make_study
from fiducial.claims.evidence import RungResult, Verdict


def judge(study: Study) -> RungResult:
    return fd.climb(study.claim, cohort=study.cohort, predictions=study.predictions, resamples=100)["bias"]


def blind_to(study: Study, sex: str) -> Study:
    ill = study.columns["label.x"].astype(bool)
    study.score = np.where((study.columns["sex"] == sex) & ill, study.score / 3, study.score)
    study.floors |= {"largest_gap": 0.05}
    return study


def test_a_model_that_misses_women_fails(study: Study) -> None:
    found = judge(blind_to(study, "F"))
    assert found.verdict is Verdict.FAILS
    assert "sex=M" in found.sentence
    assert "sex=F" in found.sentence


def test_a_fair_model_on_many_patients_holds() -> None:
    study = make_study(60_000)
    study.floors |= {"largest_gap": 0.05}
    assert judge(study).verdict is Verdict.HOLDS


def test_a_fair_model_on_few_patients_is_not_called_fair() -> None:
    study = make_study(200)
    study.floors |= {"largest_gap": 0.05}
    assert judge(study).verdict is Verdict.UNDECIDED


def test_the_worst_cases_come_from_the_worse_subgroup(study: Study) -> None:
    blind_to(study, "F")
    sex = dict(zip(study.columns["study"], study.columns["sex"], strict=True))
    assert {sex[case.study] for case in judge(study).cases} == {"F"}


def test_a_subgroup_that_is_too_small_is_named(study: Study) -> None:
    study.columns["sex"][:4] = "U"
    assert any(note.startswith("Too small to compare") and "sex=U" in note for note in judge(study).notes)


def test_a_stratum_of_one_value_cannot_be_compared(study: Study) -> None:
    study.columns["sex"] = ["F"] * 2000
    assert judge(study).verdict is Verdict.NOT_SHOWN


def test_one_comparable_stratum_does_not_cover_for_another() -> None:
    study = make_study(60_000)
    study.floors |= {"largest_gap": 0.05}
    study.columns["view"] = ["PA"] * 60_000
    study.evidence = {"strata": ["sex", "view"]}
    found = judge(study)
    assert found.verdict is Verdict.UNDECIDED
    assert any("view could not be compared" in note for note in found.notes)


def test_rows_outside_the_bands_are_counted(study: Study) -> None:
    study.columns["age"] = np.where(np.arange(2000) < 6, 130, np.arange(2000) % 80)
    study.evidence = {"strata": ["age:0-40-80"]}
    assert any("3 decisions have no age" in note for note in judge(study).notes)
