"""The uncertainty rung: scores that lie away from home, errors that confidence could tell, and wrong inputs."""

import numpy as np
import pytest

from audit.studies import Study, make_study
from fiducial.audit.gather import gather
from fiducial.audit.ladder import judged
from fiducial.audit.rungs.uncertainty import Uncertainty
from fiducial.claims.evidence import Figure, RungResult, Verdict


@pytest.fixture
def study() -> Study:
    """Scores that are probabilities, at home and away."""
    rng = np.random.default_rng(4)
    made = make_study(6000)
    made.score = rng.random(6000)
    made.columns["label.x"] = (rng.random(6000) < made.score).astype(int)
    made.floors = {"ece_under_shift": 0.06}
    return made


def judge(study: Study) -> RungResult:
    return judged(Uncertainty(), gather(study.claim, study.cohort, study.predictions, resamples=100).case)


def figures(found: RungResult) -> dict[str, Figure]:
    return {one.name: one for one in found.figures if (one.subgroup, one.condition) == ("all", "clean")}


def test_probabilities_that_stay_true_away_from_home_hold(study: Study) -> None:
    assert judge(study).verdict is Verdict.HOLDS


def test_a_site_where_scores_are_too_extreme_fails(study: Study) -> None:
    extreme = (study.score > 0.5).astype(float)
    study.score = np.where(study.columns["site"] == "B", (study.score + 2 * extreme) / 3, study.score)
    found = judge(study)
    assert found.verdict is Verdict.FAILS
    assert any("at site=B misses the floor: ece_under_shift at most 0.06" in note for note in found.notes)


def test_a_condition_is_judged_up_to_the_severity_that_the_claim_says(study: Study) -> None:
    study.evidence |= {"stress_up_to": 2}
    study.stressed = {"noise:2": study.score, "noise:3": study.score**4}
    assert judge(study).verdict is Verdict.HOLDS
    study.evidence |= {"stress_up_to": 3}
    assert judge(study).verdict is Verdict.FAILS


def test_silence_away_from_home_counts_as_errors_unless_the_claim_states_a_coverage(study: Study) -> None:
    away = study.columns["site"] == "B"
    study.abstained["clean"] = away & (np.arange(6000) % 4 == 1)
    found = judge(study)
    assert found.verdict is Verdict.UNDECIDED
    assert any("1500 decisions are missing or abstained at site=B" in note for note in found.notes)
    study.floors |= {"coverage": 0.3}
    assert judge(study).verdict is Verdict.HOLDS


def test_a_claim_that_demands_nothing_shows_nothing(study: Study) -> None:
    study.floors = {"auroc": 0.5}
    found = judge(study)
    assert found.verdict is Verdict.NOT_SHOWN
    assert "so nothing is shown" in found.sentence


@pytest.mark.parametrize("name", ["ece_under_shift", "answered_outside"])
def test_a_floor_with_nothing_to_weigh_is_not_shown(study: Study, name: str) -> None:
    study.floors, study.evidence = {name: 0.1, "coverage": 0.5}, {}
    found = judge(study)
    assert found.verdict is Verdict.NOT_SHOWN
    assert found.notes[0].startswith(f"The floor {name} has nothing to be weighed on")


def with_inverted(study: Study, answered: float) -> Study:
    study.floors, study.evidence = {"answered_outside": 0.1, "coverage": 0.5}, {"wrong_inputs": ["inverted"]}
    study.stressed = {"inverted:1": 1 - study.score}
    study.abstained["inverted:1"] = np.random.default_rng(1).random(6000) >= answered
    return study


def test_a_model_that_answers_wrong_inputs_fails_and_every_reader_hears_of_it(study: Study) -> None:
    found = judge(with_inverted(study, 1.0))
    assert found.verdict is Verdict.FAILS
    assert found.alarms[0].startswith("It answers inputs that it is not for (under inverted:1): 100.0 (")


def test_a_model_that_declines_wrong_inputs_holds(study: Study) -> None:
    found = judge(with_inverted(study, 0.02))
    assert found.verdict is Verdict.HOLDS
    assert not found.alarms


def test_a_wrong_input_that_nobody_tried_is_missing_evidence(study: Study) -> None:
    with_inverted(study, 0.02).evidence |= {"wrong_inputs": ["inverted", "flip:2"]}
    found = judge(study)
    assert found.verdict is Verdict.NOT_SHOWN
    assert "not tried: flip:2" in found.notes[0]


def test_a_wrong_input_with_a_severity_leaves_the_others_alone(study: Study) -> None:
    study.floors, study.evidence = {"answered_outside": 0.1, "coverage": 0.5}, {"wrong_inputs": ["flip:2"]}
    study.stressed = {"flip:1": study.score, "flip:2": study.score}
    study.abstained["flip:2"] = np.ones(6000)
    assert judge(study).verdict is Verdict.HOLDS


def test_another_body_part_is_found_by_the_population_of_the_claim(study: Study) -> None:
    hand = np.arange(6000) % 10 < 2
    study.columns["BodyPartExamined"] = np.where(hand, "HAND", "CHEST").astype(object)
    study.population = {"BodyPartExamined": ["CHEST"]}
    study.floors = {"answered_outside": 0.1, "coverage": 0.5}
    found = judge(study)
    [asked] = [one for one in found.figures if one.name == "answered_outside"]
    assert (asked.value, asked.n, asked.subgroup) == (1.0, 1200, "outside BodyPartExamined")
    assert found.verdict is Verdict.FAILS
    study.abstained["clean"] = hand
    assert judge(study).verdict is Verdict.HOLDS


def test_a_column_of_the_population_that_cannot_be_asked_is_told(study: Study) -> None:
    study.population = {"view": ["PA"]}
    assert any(note.startswith("The cohort has no column view") for note in judge(study).notes)


def test_errors_that_confidence_can_tell_are_left_out_with_it(study: Study) -> None:
    found = figures(judge(study))
    # A call at score p is wrong in 1 - max(p, 1 - p): 1/4 of all, and 1/5 of the 80% that are surest.
    assert found["risk"].value == pytest.approx(0.25, abs=0.03)
    assert found["risk_at_80"].value == pytest.approx(0.2, abs=0.03)
    # Of the surest share c the risk is c/4, and its mean over c is 1/8.
    assert found["aurc"].value == pytest.approx(0.125, abs=0.02)


def test_confidence_that_means_nothing_leaves_as_many_errors(study: Study) -> None:
    study.columns["label.x"] = (np.arange(6000) // 2 % 2).astype(int)
    found = figures(judge(study))
    assert found["aurc"].interval
    assert found["aurc"].interval.low < 0.5 < found["aurc"].interval.high


def test_the_models_own_choice_is_set_beside_that_of_its_confidence(study: Study) -> None:
    study.abstained["clean"] = (study.score > 0.5) != study.columns["label.x"]
    found = judge(study)
    by_name = figures(found)
    assert (by_name["risk"].value, by_name["risk_abstained"].value) == (0.0, 1.0)
    assert by_name["risk_by_confidence"].value > 0.1
    assert any("that it declined it would have got 100.0 (" in note for note in found.notes)
