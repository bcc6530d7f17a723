"""The bias rung: gaps between subgroups, with room for doubt in both directions."""

import numpy as np
import polars as pl

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


def test_a_subgroup_that_is_too_small_is_named_and_holds_the_rung_up() -> None:
    study = make_study(60_000)
    study.floors |= {"largest_gap": 0.05}
    women = np.flatnonzero(study.columns["sex"] == "F")
    study.columns["label.x"][women[5:]] = 0
    found = judge(study)
    assert found.verdict is not Verdict.HOLDS
    assert any(note.startswith("Too small to compare") and "sex=F" in note for note in found.notes)


def test_every_plain_subgroup_has_its_ece_where_its_patients_are_enough(study: Study) -> None:
    study.columns["sex"][:30] = "X"  # half of them stand in the internal split
    study.score = np.where(study.columns["sex"] == "F", study.score**3, study.score)
    errors = {one.subgroup: one for one in judge(study).figures if one.name == "ece"}
    assert set(errors) == {"sex=F", "sex=M"}
    assert errors["sex=F"].interval is not None
    assert errors["sex=M"].interval is not None
    assert errors["sex=F"].interval.low > errors["sex=M"].interval.high


def test_a_note_of_a_gap_is_as_strict_as_the_verdict(study: Study) -> None:
    study.score = np.where(study.columns["sex"] == "F", study.score * 0.93, study.score)

    def told(confidence: float) -> int:
        climbed = fd.climb(
            study.claim, cohort=study.cohort, predictions=study.predictions, resamples=100, confidence=confidence
        )
        return sum(note.startswith("Beyond") for note in climbed["bias"].notes)

    assert told(0.5) > told(0.9999)


def test_a_handful_of_odd_values_does_not_hold_the_rung_up() -> None:
    study = make_study(60_000)
    study.floors |= {"largest_gap": 0.05}
    study.columns["sex"][:4] = "U"
    assert judge(study).verdict is Verdict.HOLDS


def test_rows_without_a_value_are_a_subgroup_of_their_own() -> None:
    study = make_study(60_000)
    study.floors |= {"largest_gap": 0.05}
    unknown = np.arange(60_000) % 4 < 2
    study.columns["sex"] = [None if gone else sex for gone, sex in zip(unknown, study.columns["sex"], strict=True)]
    study.score = np.where(unknown, np.random.default_rng(0).random(60_000), study.score)
    assert judge(study).verdict is Verdict.FAILS


def test_a_subgroup_that_the_model_never_answered_holds_the_rung_up() -> None:
    study = make_study(20_000)
    study.floors |= {"largest_gap": 0.2, "coverage": 0.1}
    study.columns["view"] = np.where(np.arange(20_000) % 4 < 2, "AP", "PA")
    study.evidence = {"strata": ["sex", "view"]}
    kept = study.predictions.filter(pl.Series(study.columns["sex"] != "F"))
    found = fd.climb(study.claim, cohort=study.cohort, predictions=kept, resamples=100)["bias"]
    assert found.verdict is Verdict.UNDECIDED


def test_two_strata_together_can_fail_a_claim() -> None:
    study = make_study(20_000)
    study.floors |= {"largest_gap": 0.1}
    study.evidence = {"strata": ["sex", "view"]}
    view = np.where(np.arange(20_000) % 4 < 2, "AP", "PA")
    study.columns["view"] = view
    ill = study.columns["label.x"].astype(bool)
    crossed = (study.columns["sex"] == "F") == (view == "AP")
    study.score = np.where(crossed & ill, study.score * 0.2, study.score)
    found = judge(study)
    assert found.verdict is Verdict.FAILS
    assert any(" & view=" in note and "Holm" in note for note in found.notes)


def test_a_gap_that_could_not_be_seen_is_told() -> None:
    study = make_study(400)
    study.floors |= {"largest_gap": 0.05}
    assert any("would go unseen here (80% power)" in note for note in judge(study).notes)


def test_a_stratum_named_twice_is_looked_at_once(study: Study) -> None:
    study.floors |= {"largest_gap": 0.05}
    once = judge(study)
    study.evidence = {"strata": ["sex", "sex"]}
    assert judge(study).sentence == once.sentence


def test_every_subgroup_shows_all_four_corners(study: Study) -> None:
    names = {chart.name for chart in judge(study).charts}
    assert {"corners-sex=F", "corners-sex=M"} <= names


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
