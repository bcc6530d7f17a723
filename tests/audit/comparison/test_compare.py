"""Two audits beside each other: nothing changed is told as nothing, what got worse as worse, the rest as undecided."""

from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl
import pytest

from audit.comparison.audits import audited, compared, noisy, result_of, study_of
from fiducial.audit.comparison.compare import compare_audits
from fiducial.audit.ladder import AuditedEvidence
from fiducial.claims.comparison import Outcome
from fiducial.claims.evidence import RungResult, Verdict
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.stats.intervals import Interval
from fiducial.stats.mcnemar import mcnemar
from fiducial.stats.roc import compare_paired


@cache
def before() -> AuditedEvidence:
    return audited(study_of())


@cache
def after() -> AuditedEvidence:
    return audited(noisy(study_of()))


def decisions_of(audit: AuditedEvidence) -> pl.DataFrame:
    assert audit.decisions is not None
    return audit.decisions.filter(pl.col("judged") == "internal")


def test_an_audit_beside_itself_changed_nothing() -> None:
    found = compared(before(), before())
    assert found.same
    assert (found.outcome, found.exit_code) == (Outcome.NOT_WORSE, 0)
    assert all(test.unchanged for test in found.tested if test.p is not None)
    assert {test.difference for test in found.tested} == {0.0}


def test_an_audit_of_few_patients_beside_itself_is_not_worse_either() -> None:
    few = audited(study_of(24))
    assert compared(few, few).exit_code == 0


def test_swapping_sides_flips_every_sign() -> None:
    one, other = compared(before(), after()), compared(after(), before())
    for forth, back in zip(one.tested, other.tested, strict=True):
        assert forth.difference == pytest.approx(-back.difference)
        assert forth.interval.low == pytest.approx(-back.interval.high)
        assert forth.p == pytest.approx(back.p)
        assert (forth.lost, forth.gained) == (back.gained, back.lost)


def test_a_worse_model_is_told_as_worse() -> None:
    found = compared(before(), after())
    assert (found.outcome, found.exit_code) == (Outcome.WORSE, 1)
    assert any(reason.startswith("internal: auroc is worse") for reason in found.reasons)


def test_a_better_model_is_not_worse() -> None:
    found = compared(after(), before())
    assert found.outcome is not Outcome.WORSE
    assert result_of(found, "auroc").is_better(0.05)


def test_the_tests_are_delongs_and_mcnemars_by_patient() -> None:
    found = compared(before(), after())
    one, other = decisions_of(before()), decisions_of(after())
    truth, patient = one["truth"].to_numpy().astype(bool), one["patient"].rank("dense").to_numpy().astype(np.int64)
    areas = compare_paired(truth, other["score"].to_numpy(), one["score"].to_numpy(), patient)
    assert result_of(found, "auroc").p == pytest.approx(areas.p)
    calls = [side["called"].to_numpy().astype(bool)[truth] for side in (one, other)]
    expected = mcnemar(calls[0], calls[1], patient[truth])
    assert result_of(found, "sensitivity").p == pytest.approx(expected.p)
    assert "patient" in result_of(found, "auroc").method


def test_p_is_adjusted_over_every_test_of_both_splits() -> None:
    found = compared(before(), after())
    tested = [test for test in found.tested if test.p is not None]
    assert {test.split for test in tested} == {"internal", "external"}
    smallest = min(tested, key=lambda test: test.p or 0.0)
    assert smallest.adjusted == pytest.approx(min(1.0, len(tested) * (smallest.p or 0.0)))


def test_the_bootstrap_of_patients_agrees_with_the_formulas() -> None:
    found = compared(before(), after(), resamples=1000)
    for metric in ("auroc", "sensitivity", "specificity", "brier"):
        test = result_of(found, metric)
        assert test.resampled is not None
        assert test.resampled.low == pytest.approx(test.interval.low, abs=0.03)
        assert test.resampled.high == pytest.approx(test.interval.high, abs=0.03)


def test_a_small_loss_that_few_patients_cannot_exclude_is_undecided() -> None:
    study = study_of(200)
    study.score = np.clip(study.score + np.random.default_rng(2).normal(0, 0.05, 200), 0, 1)
    found = compared(audited(study_of(200)), audited(study))
    assert (found.outcome, found.exit_code) == (Outcome.UNDECIDED, 3)
    assert any("may have lost as much as" in reason for reason in found.reasons)


def test_a_wide_margin_lets_a_small_loss_pass() -> None:
    study = study_of()
    study.score = np.clip(study.score + np.random.default_rng(2).normal(0, 0.01, 600), 0, 1)
    assert compared(before(), audited(study), margin=0.3).outcome is Outcome.NOT_WORSE


def test_a_required_rung_that_turned_down_is_worse() -> None:
    strict = study_of()
    strict.floors = {"auroc": 0.999}
    found = compared(before(), audited(strict))
    assert found.outcome is Outcome.WORSE
    assert found.reasons == ("The required rung internal turned from holds to fails.",)
    assert ("floors.auroc", 0.8, 0.999) in [(one.key, one.before, one.after) for one in found.claim]


def test_a_rung_that_is_not_required_may_turn() -> None:
    turned = replace(before(), rungs=tuple(_turned(one) for one in before().rungs))
    found = compared(before(), turned)
    assert {turn.rung: turn.direction for turn in found.turns}["calibration"] != "same"
    assert found.outcome is Outcome.NOT_WORSE


def _turned(result: RungResult) -> RungResult:
    return replace(result, verdict=Verdict.FAILS) if result.rung == "calibration" else result


def test_another_threshold_moves_calls_and_no_area() -> None:
    study = study_of()
    study.threshold = 0.8
    found = compared(before(), audited(study))
    assert result_of(found, "auroc").unchanged
    assert result_of(found, "sensitivity").lost
    assert [one.key for one in found.claim] == ["claim.threshold.value"]
    assert found.inputs == ()


def test_other_labels_are_told_and_tested_on_both() -> None:
    study = noisy(study_of())
    labels = study.columns["label.x"]
    study.columns["label.x"] = np.where(np.arange(600) % 40 == 0, 1 - labels, labels)
    found = compared(before(), audited(study))
    assert found.shared[0].relabelled > 0
    assert any("have another label" in note for note in found.notes)
    one, other = (result_of(found, "auroc", labels=labels) for labels in ("before", "after"))
    assert one.before > other.before
    assert one.n == other.n


def test_labels_alone_do_not_make_a_model_worse() -> None:
    study = study_of()
    labels = study.columns["label.x"]
    study.columns["label.x"] = np.where(np.arange(600) % 40 == 0, 1 - labels, labels)
    found = compared(before(), audited(study))
    assert found.outcome is Outcome.NOT_WORSE
    assert "No shared decision changed (but 15 labels did)" in found.reasons[0]
    assert found.moved


def test_part_of_the_studies_is_paired_and_the_rest_counted() -> None:
    study = study_of(700)
    for name in ("site", "sex", "label.x"):
        study.columns[name] = np.concatenate([study_of().columns[name], study.columns[name][600:]])
    study.score = np.concatenate([study_of().score, study.score[600:]])
    shared = compared(before(), audited(study)).shared[0]
    assert (shared.both, shared.only_before, shared.only_after) == (300, 0, 50)


def other_patients(seed: int = 9) -> AuditedEvidence:
    study = study_of(seed=seed)
    for name in ("study", "patient"):
        study.columns[name] = [f"other-{one}" for one in study.columns[name]]
    return audited(study)


def test_a_later_audit_without_what_was_wrong_shows_nothing() -> None:
    kept = decisions_of(before()).filter(pl.col("called") == pl.col("truth"))
    chosen = replace(before(), decisions=kept)
    found = compared(before(), chosen)
    gone = decisions_of(before()).height - kept.height
    assert found.outcome is Outcome.UNDECIDED
    assert found.reasons[0] == (
        f"internal: {gone} of the 300 studies that the earlier audit judged are not judged in the later one; "
        f"{gone} of its {gone} wrong or missing answers are among them."
    )


def test_a_split_that_the_later_audit_leaves_out_keeps_not_worse_away() -> None:
    found = compared(before(), replace(before(), decisions=decisions_of(before())))
    assert found.outcome is Outcome.UNDECIDED
    assert found.reasons[0].startswith("external: 300 of the 300 studies")


def test_other_patients_never_show_that_nothing_got_worse() -> None:
    found = compared(before(), other_patients())
    assert (found.outcome, found.exit_code) == (Outcome.UNDECIDED, 3)
    assert "other patients" in result_of(found, "auroc").method
    assert any("no study is in both audits" in note for note in found.notes)


def test_other_patients_do_not_show_it_within_any_margin() -> None:
    found = compared(before(), other_patients(), margin=0.9)
    assert found.outcome is Outcome.UNDECIDED
    assert result_of(found, "sensitivity").patients > before()["internal"].figures[0].n / 2


@pytest.mark.parametrize(("more_is_better", "loss"), [(True, -0.1), (False, 0.2)])
def test_a_loss_is_what_the_metric_calls_worse(more_is_better: bool, loss: float) -> None:  # noqa: FBT001  (a parameter)
    gained = replace(result_of(compared(before(), after()), "auroc"), interval=Interval(0.1, 0.2))
    told = replace(gained, more_is_better=more_is_better)
    assert told.loss.high == loss
    assert told.is_no_loss(0.05) is more_is_better


def test_other_patients_can_show_that_it_got_worse() -> None:
    study = noisy(study_of(seed=9), 0.6)
    for name in ("study", "patient"):
        study.columns[name] = [f"other-{one}" for one in study.columns[name]]
    assert compared(before(), audited(study)).outcome is Outcome.WORSE


def test_abstaining_more_often_is_a_loss_of_coverage() -> None:
    study = study_of()
    study.abstained = {"clean": np.abs(study.score - 0.5) < 0.4}
    found = compared(before(), audited(study))
    assert result_of(found, "coverage").is_worse(0.05)
    in_both = decisions_of(before())["answered"] & decisions_of(audited(study))["answered"]
    assert result_of(found, "auroc").n == in_both.sum() < 300
    assert any("answered in one audit only" in note for note in found.notes)


def test_predictive_values_are_told_where_both_claim_the_same_prevalence() -> None:
    one, other = study_of(), noisy(study_of())
    one.prevalence = other.prevalence = (0.02, 0.08)
    found = compared(audited(one), audited(other))
    assert result_of(found, "ppv_at_0.02").p is None
    assert result_of(found, "ppv_at_0.02").difference < 0


def test_too_few_ill_to_test_the_area_is_undecided() -> None:
    found = compared(audited(study_of(24)), audited(noisy(study_of(24))))
    assert "auroc" not in {test.metric for test in found.tested}
    assert any("auroc could not be tested" in reason for reason in found.reasons) or found.outcome is Outcome.WORSE


def test_a_new_alarm_is_told_and_keeps_nothing_worse_away() -> None:
    loud = replace(before(), rungs=(replace(before().rungs[0], alarms=("3 of 7 fail.",)), *before().rungs[1:]))
    found = compared(before(), loud)
    assert found.alarms.came == ("3 of 7 fail.",)
    assert found.outcome is Outcome.UNDECIDED
    louder = replace(before(), rungs=(replace(before().rungs[0], alarms=("4 of 7 fail.",)), *before().rungs[1:]))
    assert compared(loud, louder).alarms.stayed == ("4 of 7 fail.",)
    assert compared(loud, before()).alarms.went == ("3 of 7 fail.",)


def _reversed(rungs: tuple[RungResult, ...]) -> tuple[RungResult, ...]:
    return (replace(rungs[0], alarms=rungs[0].alarms[::-1]), *rungs[1:])


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (("At age=20-40 3 are missed.",), ("At age=60-80 3 are missed.",)),
        (("Under noise:1 it falls.",), ("Under noise:5 it falls.",)),
        (("3 are missed.",), ("3 are missed.", "4 are missed.")),
        (("At 30% it loses 8.", "Where?"), ("At 30% it loses 9.", "At 10% it loses 1.")),
    ],
)
def test_an_alarm_of_another_group_or_one_more_of_the_same_words_came(
    earlier: tuple[str, ...], later: tuple[str, ...]
) -> None:
    one, other = (
        replace(before(), rungs=(replace(before().rungs[0], alarms=told), *before().rungs[1:]))
        for told in (earlier, later)
    )
    assert compared(one, other).alarms.came == later[-1:]
    assert compared(one, replace(other, rungs=_reversed(other.rungs))).alarms.came == later[-1:]


def test_a_metric_that_moved_is_told_figure_by_figure() -> None:
    moved = {(one.rung, one.figure.name, one.figure.subgroup): one for one in compared(before(), after()).moved}
    area = moved["internal", "auroc", "all"]
    assert area.difference is not None
    assert area.difference < 0


def test_audits_of_two_findings_are_refused() -> None:
    statement = before().claim.claim.model_copy(update={"finding": "y"})
    other = replace(before(), claim=before().claim.model_copy(update={"claim": statement}))
    with pytest.raises(UnusableInput, match="about 'x' and the later one about 'y'"):
        compared(before(), other)


def test_evidence_without_decisions_is_refused() -> None:
    with pytest.raises(UnusableInput, match="carries no decisions"):
        compared(replace(before(), decisions=None), after())


@pytest.mark.parametrize("wrong", [{"margin": 0.0}, {"margin": 1.5}, {"confidence": 95.0}])
def test_a_margin_or_confidence_that_is_none_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(WrongUsage, match="must lie between 0 and 1"):
        compared(before(), after(), **wrong)


def test_the_same_seed_gives_the_same_document() -> None:
    one, other = (compare_audits(before(), after(), resamples=100, seed=3).document() for _ in range(2))
    assert one == other
