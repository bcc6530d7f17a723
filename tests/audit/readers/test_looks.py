"""The other looks at a reader study: changes of decisions, times, automation bias, the model alone."""

import numpy as np
import pytest

from audit.readers.making import Made, made
from fiducial.audit.readers.alone import alone_in
from fiducial.audit.readers.automation import automation_in
from fiducial.audit.readers.changes import changes_in
from fiducial.audit.readers.parts import Asked
from fiducial.audit.readers.times import times_in
from fiducial.claims.evidence import Figure
from fiducial.errors import CannotJudge
from fiducial.stats.roc import auroc


def figure(figures: tuple[Figure, ...], name: str, subgroup: str = "all") -> Figure:
    return next(one for one in figures if (one.name, one.subgroup) == (name, subgroup))


def followers(share: float = 0.5) -> tuple[Made, np.ndarray]:
    """Readers who are right alone; the model is wrong in 30 of 120 cases, and they follow it in a share of those."""
    study = made()
    wrong = np.arange(120) % 4 == 0
    called = np.where(wrong, ~study.truth, study.truth).astype(float)
    study.decision[0] = study.truth
    study.decision[1] = study.truth
    followed = np.flatnonzero(wrong)[: int(share * 30)]
    study.decision[1][:, followed] = called[followed]
    return study, called


def test_changes_are_counted_towards_the_truth_and_away_from_it() -> None:
    study = made()
    study.decision[0] = study.truth
    study.decision[1] = study.truth
    study.decision[0, 0, :12] = 1 - study.truth[:12]  # r1 puts twelve right
    study.decision[1, 1, :6] = 1 - study.truth[:6]  # r2 puts six wrong
    found = changes_in(study.study, 0.95).figures
    assert figure(found, "towards_truth").value == pytest.approx(12 / 600)
    assert figure(found, "away_from_truth").value == pytest.approx(6 / 600)
    assert figure(found, "towards_truth", "r1").value == 12
    assert figure(found, "away_from_truth", "ill").value == pytest.approx(2 / 200)


def test_decisions_on_other_cases_are_no_changes() -> None:
    study = made(readers=2).without(0, slice(0, 120), arm=0).without(1, slice(0, 120), arm=1)
    with pytest.raises(CannotJudge, match="no reader decided on the same case in both arms"):
        changes_in(study.study, 0.95)


def test_time_is_a_ratio_of_the_same_readers_and_cases() -> None:
    study = made()
    rng = np.random.default_rng(1)
    ratio = np.exp(np.log(0.8) + 0.1 * rng.normal(size=(5, 1)) + 0.2 * rng.normal(size=(5, 120)))
    study.seconds[1] = study.seconds[0] * ratio
    found = times_in(study.study, 0.95).main
    assert found is not None
    assert found.interval is not None
    assert found.value == pytest.approx(np.exp(np.log(ratio).mean()))
    between = np.log(ratio).mean(axis=1)
    margin = 2.776 * between.std(ddof=1) / np.sqrt(5)  # Student's t of five readers less one
    assert np.log(found.interval.high / found.value) == pytest.approx(margin, rel=0.1)


def test_times_of_zero_are_left_out_and_counted() -> None:
    study = made()
    study.seconds[0, 0, :7] = 0
    found = times_in(study.study, 0.95)
    assert found.notes == ("7 pairs of readings took 0 seconds in an arm and are left out of the times.",)


def test_times_of_one_reader_say_nothing_of_others() -> None:
    with pytest.raises(CannotJudge, match="fewer than two readers"):
        times_in(made(readers=1).study, 0.95)


def test_who_follows_the_models_wrong_call_is_counted_among_those_who_were_right() -> None:
    study, called = followers(0.5)
    found = automation_in(study.study, called, {}, 0.95).figures
    assert (figure(found, "automation_bias").value, figure(found, "automation_bias").n) == (0.5, 150)


def test_who_was_wrong_alone_is_not_misled() -> None:
    study, called = followers(0.5)
    study.decision[0, :2, 0] = called[0]  # two readers were wrong on the first case before they saw the model
    found = automation_in(study.study, called, {}, 0.95).figures
    assert figure(found, "automation_bias").n == 148


def test_automation_bias_is_told_by_subgroup_and_small_ones_are_named() -> None:
    study, called = followers(0.5)
    early = np.arange(120) < 60
    groups = {"half=first": early, "half=second": ~early, "tiny": np.arange(120) < 4}
    found = automation_in(study.study, called, groups, 0.95)
    assert figure(found.figures, "automation_bias", "half=first").value == 1.0
    assert figure(found.figures, "automation_bias", "half=second").value == 0.0
    assert found.notes == ("Fewer than 10 readings could show automation bias in: tiny.",)


def test_whom_the_model_puts_right_is_told_beside() -> None:
    study, called = followers(0.0)
    right = np.flatnonzero(called == study.truth)
    study.decision[0][:, right[:20]] = 1 - study.truth[right[:20]]
    found = automation_in(study.study, called, {}, 0.95).figures
    assert figure(found, "saved_by_the_model").value == 1.0
    assert figure(found, "automation_bias").value == 0.0


def test_a_model_that_is_never_wrong_shows_no_automation_bias() -> None:
    study = made()
    with pytest.raises(CannotJudge, match="no reading was right alone on a case that the model called wrongly"):
        automation_in(study.study, study.truth.astype(float), {}, 0.95)


def test_the_models_lead_is_over_the_mean_of_the_readers() -> None:
    study = made().study.of((0,))
    score = study.truth + np.random.default_rng(3).normal(0, 0.3, 120)
    found = alone_in(study, "auroc", score, Asked())
    readers = np.mean([auroc(study.truth, rating) for rating in study.rating[0]])
    assert found.main is not None
    assert found.main.interval is not None
    assert found.main.value == pytest.approx(auroc(study.truth, score) - readers)
    assert found.main.interval.low > 0


def test_a_model_that_is_one_of_the_readers_has_a_lead_that_includes_nothing() -> None:
    study = made(readers=8, gain=0).study
    found = alone_in(study.of((0,)), "auroc", study.rating[1, 0], Asked())
    assert found.main is not None
    assert found.main.interval is not None
    assert found.main.interval.low < 0 < found.main.interval.high


def test_cases_that_the_model_did_not_answer_count_for_neither() -> None:
    study = made().study.of((0,))
    score = study.truth + np.random.default_rng(3).normal(0, 0.3, 120)
    half = np.where(np.arange(120) < 60, score, np.nan)
    found = alone_in(study, "auroc", half, Asked()).main
    expected = alone_in(study.where(np.arange(120) < 60), "auroc", score[:60], Asked()).main
    assert found == expected


def test_each_reader_is_compared_on_the_cases_that_he_read() -> None:
    given = made().without(0, slice(0, 60)).study.of((0,))
    score = given.truth + np.random.default_rng(3).normal(0, 0.3, 120)
    found = alone_in(given, "auroc", score, Asked())
    model = np.mean([auroc(given.truth[60:], score[60:]), *([auroc(given.truth, score)] * 4)])
    readers = next(one.value for one in found.figures if one.subgroup == "readers alone")
    assert found.main is not None
    assert found.main.value == pytest.approx(model - readers)
    assert "all of them share 60 of 120" in found.notes[0]
