"""The robustness rung: damage of a known size, and the verdict that must follow."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from scipy.special import expit, logit

from audit.studies import Study, make_study
from fiducial.audit.case import Case
from fiducial.audit.gather import gather
from fiducial.audit.ladder import judged
from fiducial.audit.rungs.robustness import Robustness
from fiducial.claims.charts import Curves
from fiducial.claims.evidence import Figure, RungResult, Verdict


@pytest.fixture
def study() -> Study:
    """A model that bears two severities of noise, as it claims."""
    made = make_study()
    made.evidence |= {"stress_up_to": 2}
    made.stressed = {"noise:1": shaken(made, 0.02), "noise:2": shaken(made, 0.1)}
    return made


def shaken(study: Study, by: float) -> NDArray[np.float64]:
    noise = np.random.default_rng(8).normal(0, by, study.score.size)
    return np.asarray(expit(logit(study.score) + noise), dtype=np.float64)


def turned(study: Study, every: int) -> NDArray[np.float64]:
    """Every ``every``-th patient of either split gets the opposite score."""
    hit = np.arange(study.score.size) // 2 % every == 0
    return np.asarray(np.where(hit, 1 - study.score, study.score), dtype=np.float64)


def case_of(study: Study) -> Case:
    return gather(study.claim, study.cohort, study.predictions).case


def judge(study: Study) -> RungResult:
    return judged(Robustness(), case_of(study))


def figure(found: RungResult, name: str, condition: str) -> Figure:
    return next(one for one in found.figures if (one.name, one.condition) == (name, condition))


def test_a_model_that_bears_what_it_claims_holds(study: Study) -> None:
    assert judge(study).verdict is Verdict.HOLDS


def test_a_condition_that_turns_every_third_call_makes_it_fail(study: Study) -> None:
    study.stressed["noise:2"] = turned(study, 3)
    found = judge(study)
    assert found.verdict is Verdict.FAILS
    assert "The worst condition is noise:2" in found.sentence
    assert any(note.startswith("specificity") and "under noise:2 misses the floor" in note for note in found.notes)


def test_damage_beyond_the_claimed_severity_is_shown_and_not_judged(study: Study) -> None:
    study.stressed |= {"noise:4": turned(study, 3), "noise:5": turned(study, 2)}
    found = judge(study)
    assert found.verdict is Verdict.HOLDS
    assert figure(found, "specificity_missed_from", "noise").value == 4
    assert any(note.startswith("noise: auroc is not cleared from severity 4") for note in found.notes)


@pytest.mark.parametrize("without", ["stress_up_to", "floors", "conditions"])
def test_without_what_the_claim_must_say_nothing_is_shown(study: Study, without: str) -> None:
    if without == "floors":
        study.floors = {}
    elif without == "conditions":
        study.stressed = {}
    else:
        study.evidence.pop(without)
    assert judge(study).verdict is Verdict.NOT_SHOWN


def test_flips_are_those_that_were_made(study: Study) -> None:
    study.stressed["noise:1"] = turned(study, 10)
    found = judge(study)
    towards = [figure(found, name, "noise:1").value for name in ("flips_towards_ill", "flips_towards_healthy")]
    assert figure(found, "flips", "noise:1").value == pytest.approx(0.1)
    assert sum(towards) == pytest.approx(0.1)


def test_the_drop_is_of_the_same_patients(study: Study) -> None:
    study.stressed["noise:1"] = turned(study, 10)
    case = case_of(study)
    clean, under = case.under("noise:1", case.internal)
    lost = np.mean(clean.called[clean.truth]) - np.mean(under.called[under.truth])
    drop = figure(judge(study), "sensitivity_drop", "noise:1")
    assert drop.value == pytest.approx(lost)
    assert drop.interval
    assert drop.interval.low > 0


def test_a_drop_beyond_its_floor_fails_where_the_ordinary_floors_hold(study: Study) -> None:
    study.stressed["noise:2"] = turned(study, 20)
    study.floors |= {"largest_drop_under_stress": 0.2}
    assert judge(study).verdict is Verdict.HOLDS
    study.floors |= {"largest_drop_under_stress": 0.01}
    assert judge(study).verdict is Verdict.FAILS


def test_a_severity_that_the_claim_speaks_of_and_nobody_tried_holds_the_rung_up(study: Study) -> None:
    study.evidence |= {"stress_up_to": 3}
    found = judge(study)
    assert found.verdict is Verdict.UNDECIDED
    assert found.notes[0].startswith("noise was not tried at severity 3")


def test_decisions_that_nobody_tried_hold_the_rung_up(study: Study) -> None:
    case = case_of(study)
    assert case.probed.stressed is not None
    some = case.probed.stressed.filter(pl.col("study") != "s0")
    found = judged(Robustness(), replace(case, probed=replace(case.probed, stressed=some)))
    assert found.verdict is Verdict.UNDECIDED
    assert found.notes[0].startswith("1 of 1000 decisions have no row under noise:1 (and some under 1 more")


def test_silence_under_stress_counts_as_errors_unless_the_claim_states_a_coverage(study: Study) -> None:
    study.stressed["noise:1"] = np.where(np.arange(2000) % 5 < 2, np.nan, study.stressed["noise:1"])
    found = judge(study)
    assert found.verdict is Verdict.UNDECIDED
    assert any("400 of 1000 decisions are missing or abstained under noise:1" in note for note in found.notes)
    study.floors |= {"coverage": 0.5}
    assert judge(study).verdict is Verdict.HOLDS


def test_a_wrong_input_is_not_to_be_borne(study: Study) -> None:
    study.stressed["inverted:1"] = 1 - study.score
    assert judge(study).verdict is Verdict.FAILS
    study.evidence |= {"wrong_inputs": ["inverted"]}
    found = judge(study)
    assert found.verdict is Verdict.HOLDS
    assert not found.alarms


def test_a_masked_lesion_is_no_worse_image(study: Study) -> None:
    study.stressed["mask-lesion:1"] = turned(study, 2)
    found = judge(study)
    assert found.verdict is Verdict.HOLDS
    assert {one.condition for one in found.figures} == {"clean", "noise:1", "noise:2"}


def test_decisions_that_change_under_the_mildest_severity_are_an_alarm(study: Study) -> None:
    assert not judge(study).alarms
    study.stressed["noise:1"] = turned(study, 10)
    assert judge(study).alarms[0].startswith("Under noise:1, the mildest severity, 100 of 1,000 (")


def test_a_corner_that_falls_below_a_coin_is_an_alarm(study: Study) -> None:
    study.stressed["noise:2"] = study.score * 0.5
    assert any(one.startswith("Under noise:2 100 of 100 ill are called healthy") for one in judge(study).alarms)


def test_a_model_that_is_wrong_as_surely_as_before_is_told(study: Study) -> None:
    study.stressed = {"noise:1": turned(study, 5), "noise:2": 0.5 + (turned(study, 5) - 0.5) / 4}
    [note] = [note for note in judge(study).notes if note.startswith("It is less often right")]
    assert note.endswith("no less sure of itself under noise:1.")


def test_what_abstention_saves_is_counted(study: Study) -> None:
    study.stressed["noise:2"] = turned(study, 5)
    study.abstained["noise:2"] = np.arange(2000) // 2 % 5 == 0
    found = judge(study)
    saved = figure(found, "accuracy", "noise:2").value - figure(found, "accuracy_without_abstention", "noise:2").value
    assert saved > 0.1
    assert figure(found, "flips", "noise:2").value == 0
    assert figure(found, "flips_without_abstention", "noise:2").value == pytest.approx(0.2)
    assert any("Abstention saves most under noise:2" in note for note in found.notes)


def test_a_condition_without_a_severity_is_shown_and_not_judged(study: Study) -> None:
    study.stressed["at night"] = turned(study, 2)
    found = judge(study)
    assert found.verdict is Verdict.HOLDS
    assert figure(found, "flips", "at night").value == pytest.approx(0.5)
    assert any(note.startswith("at night is not written name:severity") for note in found.notes)


def test_joined_conditions_are_as_severe_as_the_worse_of_them(study: Study) -> None:
    study.stressed["noise:1+blur:3"] = turned(study, 2)
    assert judge(study).verdict is Verdict.HOLDS
    study.stressed["noise:1+blur:2"] = turned(study, 2)
    assert judge(study).verdict is Verdict.FAILS


def test_every_curve_begins_clean(study: Study) -> None:
    curves = [chart for chart in judge(study).charts if isinstance(chart, Curves)]
    assert {chart.name for chart in curves} == {"severity-noise", "severity-sureness"}
    assert {series.x for chart in curves for series in chart.series} == {(0.0, 1.0, 2.0)}


def test_the_cases_are_those_that_the_worst_condition_turned_wrong(study: Study) -> None:
    study.stressed["noise:2"] = turned(study, 3)
    shown = judge(study).cases
    assert all("under noise:2" in case.why and int(case.study[1:]) // 2 % 3 == 0 for case in shown)
    assert len(shown) == 4
