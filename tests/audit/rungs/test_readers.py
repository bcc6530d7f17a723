"""The rung ``readers``: what people decide with the model, weighed against what the claim demands of it."""

from typing import Any

import numpy as np
import pytest

from audit.readers.making import Made, made
from audit.studies import Study
from fiducial.audit.gather import gather
from fiducial.audit.ladder import judged
from fiducial.audit.rungs.readers import Readers
from fiducial.claims.claim import Claim
from fiducial.claims.evidence import RungResult, Verdict
from fiducial.claims.floors import mistaken_bound

ARMS = ["alone", "with"]


def result(study: Made, floors: dict[str, Any], score: Any = None, **changes: Any) -> RungResult:  # noqa: ANN401
    """``changes``: columns of the cohort; ``evidence``: keys of the claim."""
    told = study.truth + np.random.default_rng(9).normal(0, 0.4, study.truth.size)
    evidence = {"arms": ARMS} | changes.pop("evidence", {})
    columns = {**study.cohort.to_dict(as_series=False), "split": ["test"] * study.truth.size} | changes
    audited = Study(columns, np.clip(told, 0, 1) if score is None else score, floors, evidence)
    case = gather(audited.claim, audited.cohort, audited.predictions, readings=study.readings, resamples=50).case
    return judged(Readers(), case)


def misled(share: float) -> tuple[Made, Any]:
    """Forty readers' cases that the model calls wrongly, and readers who follow it in a share of them."""
    study = made(readers=12, cases=240)
    wrong = np.arange(240) % 4 == 0
    score = np.where(wrong, ~study.truth, study.truth).astype(float)
    study.decision[0] = study.truth
    study.decision[1] = study.truth
    rng = np.random.default_rng(2)
    follows = wrong & (rng.random(study.decision[1].shape) < share)
    study.decision[1][follows] = np.broadcast_to(score, follows.shape)[follows]
    return study, score


def test_a_gain_that_clears_its_floor_holds() -> None:
    found = result(made(readers=8, cases=240), {"reader_gain": 0.02})
    assert found.verdict is Verdict.HOLDS
    assert "a change of 0.1" in found.sentence


def test_a_gain_that_straddles_its_floor_is_undecided() -> None:
    assert result(made(gain=0.3), {"reader_gain": 0.02}).verdict is Verdict.UNDECIDED


def test_a_model_that_makes_readers_worse_fails_and_is_an_alarm() -> None:
    worse = made(readers=8, cases=240, gain=-0.8)
    found = result(worse, {"reader_gain": 0.0})
    assert found.verdict is Verdict.FAILS
    assert found.alarms[0].startswith("Readers are worse with the model than without it: auroc_gain -0.")


def test_an_alarm_caps_a_claim_that_demands_something_else() -> None:
    worse = made(readers=8, cases=240, gain=-0.8)
    assert result(worse, {"lead_over_readers": 0.0}).verdict is Verdict.UNDECIDED
    assert result(made(readers=8, cases=240), {"lead_over_readers": 0.0}).verdict is Verdict.HOLDS


def test_a_loss_within_the_margin_that_the_claim_states_holds() -> None:
    same = made(readers=8, cases=240, gain=0.0)
    assert result(same, {"reader_gain": -0.08}).verdict is Verdict.HOLDS


def test_without_floors_nothing_is_shown() -> None:
    found = result(made(), {"auroc": 0.8})
    assert found.verdict is Verdict.NOT_SHOWN
    assert found.sentence.endswith("The claim demands nothing of its readers, so nothing is shown.")


def test_readers_who_follow_a_wrong_model_fail() -> None:
    study, score = misled(0.6)
    assert result(study, {"automation_bias": 0.3}, score).verdict is Verdict.FAILS
    assert result(study, {"automation_bias": 0.9}, score).verdict is not Verdict.FAILS


def test_a_subgroup_that_follows_the_model_fails_what_holds_on_the_whole() -> None:
    study, score = misled(0.0)
    site = np.where(np.arange(240) < 24, "B", "A")
    tempted = (np.arange(240) % 4 == 0) & (site == "B")
    study.decision[1][:, tempted] = score[tempted]
    found = result(study, {"automation_bias": 0.2}, score, site=site.tolist(), evidence={"strata": ["site"]})
    bias = {one.subgroup: one.value for one in found.figures if one.name == "automation_bias"}
    assert bias["site=B"] == 1.0
    assert bias["all"] < 0.2
    assert found.verdict is Verdict.FAILS


def test_a_floor_whose_figure_is_absent_is_not_shown() -> None:
    study = made()
    study.decision[:] = np.nan
    found = result(study, {"automation_bias": 0.5, "reader_gain": 0.0})
    assert found.verdict is Verdict.NOT_SHOWN
    assert "Not looked at: no reader decided on the same case in both arms." in found.notes


def test_one_arm_shows_the_model_beside_the_readers_and_no_gain() -> None:
    found = result(made(readers=8, cases=240), {"lead_over_readers": 0.0}, evidence={"arms": ["alone"]})
    assert found.verdict is Verdict.HOLDS
    assert not any(one.name.endswith("_gain") for one in found.figures)
    assert result(made(), {"reader_gain": 0.0}, evidence={"arms": ["alone"]}).verdict is Verdict.NOT_SHOWN


def test_the_claim_says_in_what_readers_gain_and_for_whom() -> None:
    study = made(readers=8, cases=240)
    random, fixed = (
        result(study, {"reader_gain": 0.0}, evidence={"reader_metric": "sensitivity", "reader_design": design})
        for design in ("random", "fixed-readers")
    )
    for found in (random, fixed):
        assert found.sentence.startswith("sensitivity: ")
    gains = [next(f.interval for f in found.figures if f.name == "sensitivity_gain") for found in (random, fixed)]
    assert gains[0] != gains[1]


def test_patients_that_the_model_learned_from_cap_the_rung() -> None:
    study = made(readers=8, cases=240)
    split = ["train" if case % 10 == 0 else "test" for case in range(240)]
    patient = [str(case // 2) for case in range(240)]
    found = result(study, {"reader_gain": 0.02}, split=split, patient=patient)
    assert found.verdict is Verdict.UNDECIDED
    assert found.notes[0].startswith("384 readings are of cases in train or tune")
    assert "stand in train or tune as well" in found.notes[1]
    assert next(one.n for one in found.figures if one.name == "auroc") == 8 * 216


@pytest.mark.parametrize(
    ("arms", "told"),
    [
        ([], 'evidence.arms: the readings without the model and with it (for example ["unassisted", "assisted"])'),
        (["alone", "wth"], "readings in arm 'wth', which evidence.arms names; there are alone, with"),
    ],
)
def test_arms_that_nobody_names_or_nobody_has_are_missing(arms: list[str], told: str) -> None:
    found = result(made(), {"reader_gain": 0.0}, evidence={"arms": arms})
    assert (found.verdict, found.missing) == (Verdict.NOT_SHOWN, (told,))


def test_a_claim_names_two_different_arms_at_most() -> None:
    with pytest.raises(ValueError, match=r"must be \[without the model, with the model\]"):
        Claim.model_validate(
            {"claim": {"name": "c", "finding": "x", "threshold": {"value": 0.5}}, "evidence": {"arms": ["a", "a"]}}
        )


def test_a_gain_may_be_demanded_to_be_no_large_loss() -> None:
    assert mistaken_bound("reader_gain", -0.05) is None
    assert mistaken_bound("automation_bias", -0.05) == "automation_bias must lie from 0 to 1, got -0.05"
    assert mistaken_bound("lead_over_readers", -2.0) == "lead_over_readers must lie from -1 to 1, got -2.0"


def test_the_order_of_readings_and_of_studies_says_nothing() -> None:
    study, score = misled(0.4)
    columns = {**study.cohort.to_dict(as_series=False), "split": ["test"] * 240}
    audited = Study(columns, score, {"reader_gain": 0.0}, {"arms": ARMS, "strata": []})
    tables = (audited.cohort, study.readings)
    shuffled = [table.sample(fraction=1.0, shuffle=True, seed=3) for table in tables]
    one, other = (
        judged(Readers(), gather(audited.claim, cohort, audited.predictions, readings=readings).case)
        for cohort, readings in (tables, shuffled)
    )
    assert repr(one) == repr(other)
