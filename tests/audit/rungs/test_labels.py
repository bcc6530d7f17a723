"""The labels rung: readers of known accuracy, references of known error, and designs that show little."""

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from audit.studies import Study, make_study
from fiducial.audit.gather import gather
from fiducial.audit.ladder import judged
from fiducial.audit.rungs.labels import Labels
from fiducial.claims.evidence import Figure, RungResult, Verdict

FLOORS: dict[str, Any] = {"reader_agreement": 0.5, "label_error": 0.05, "sensitivity": 0.6}
READERS = ("r1", "r2", "r3")


def table(study: Study, said: dict[str, NDArray[Any]]) -> pl.DataFrame:
    """A labels table of what each reader said of every study; NaN is nothing."""
    parts = [
        pl.DataFrame({"study": study.columns["study"], "reader": name, "label": np.asarray(label, dtype=float)})
        for name, label in said.items()
    ]
    return pl.concat(parts).filter(pl.col("label").is_not_nan())


def right_in(
    share: float, truth: NDArray[Any], rng: np.random.Generator, readers: tuple[str, ...] = READERS
) -> dict[str, Any]:
    return {one: np.where(rng.random(truth.size) < share, truth, 1 - truth) for one in readers}


@pytest.fixture
def study() -> Study:
    """A good model, and three readers who are right in 95 of 100 studies."""
    made = make_study(2000)
    made.floors = FLOORS
    truth = np.asarray(made.columns["label.x"])
    made.labels = table(made, right_in(0.95, truth, np.random.default_rng(7)))
    return made


def judge(study: Study) -> RungResult:
    case = gather(study.claim, study.cohort, study.predictions, resamples=100, labels=study.labels).case
    return judged(Labels(), case)


def named(found: RungResult, name: str, subgroup: str = "all") -> Figure:
    return next(one for one in found.figures if (one.name, one.subgroup) == (name, subgroup))


def truth_of(study: Study) -> NDArray[Any]:
    return np.asarray(study.columns["label.x"])


def test_good_readers_and_a_good_reference_carry_the_claim(study: Study) -> None:
    found = judge(study)
    assert found.verdict is Verdict.HOLDS
    assert found.alarms == ()
    assert 0.75 < named(found, "krippendorff_alpha").value < 0.85


def test_the_errors_of_readers_are_not_laid_at_the_references_door(study: Study) -> None:
    study.labels = table(study, right_in(0.8, truth_of(study), np.random.default_rng(7)))
    error = named(judge(study), "label_error")
    assert error.value < 0.02  # though most of three such readers contradict it in one study of ten


def test_a_reference_that_is_wrong_in_one_label_of_ten_is_found_out(study: Study) -> None:
    truth = truth_of(study)
    wrong = np.random.default_rng(1).random(truth.size) < 0.1
    study.columns["label.x"] = np.where(wrong, 1 - truth, truth)
    found = judge(study)
    error = named(found, "label_error")
    assert error.interval
    assert error.interval.low < wrong[::2].mean() < error.interval.high  # of the internal split
    assert found.verdict is Verdict.FAILS
    assert any("misses the floor: label_error at most 0.05" in note for note in found.notes)


def test_a_claim_must_hold_at_the_labels_that_are_worst_for_it(study: Study) -> None:
    observed = named(judge(study), "sensitivity", "truth=reference")
    assert observed.interval
    study.floors = {"sensitivity": observed.interval.low - 0.01}
    found = judge(study)
    assert found.verdict is Verdict.UNDECIDED
    worst, whole = named(found, "sensitivity_at_worst_labels"), named(found, "sensitivity_if_labels_wrong")
    assert worst.interval
    assert whole.interval
    assert worst.value < observed.value == whole.value
    assert whole.interval.low == worst.interval.low


def test_readers_at_chance_are_an_alarm(study: Study) -> None:
    study.labels = table(study, right_in(0.55, truth_of(study), np.random.default_rng(7)))
    found = judge(study)
    assert found.verdict is Verdict.FAILS
    assert any("hardly agree beyond chance" in alarm for alarm in found.alarms)


def test_an_interval_below_nothing_is_told_without_two_dashes(study: Study) -> None:
    study.labels = table(study, right_in(0.5, truth_of(study), np.random.default_rng(7)))
    assert "(alpha, -0.0" in judge(study).sentence
    assert "--" not in judge(study).sentence


def test_a_reference_that_contradicts_the_cohort_is_an_alarm(study: Study) -> None:
    truth = truth_of(study).copy()
    truth[4] = 1 - truth[4]  # the internal split has the even rows
    said = right_in(0.95, truth_of(study), np.random.default_rng(7)) | {"truth": truth}
    study.labels = table(study, said)
    told = "contradicts the cohort's label in 1 of 1000 judged studies, s4 among them: one of the two"
    assert told in judge(study).alarms[0]


def test_without_a_floor_nothing_is_shown(study: Study) -> None:
    study.floors = {"ece": 0.1}
    assert judge(study).verdict is Verdict.NOT_SHOWN
    assert "demands nothing of its labels" in judge(study).sentence


def test_studies_that_model_and_every_reader_contradict_are_shown_the_surest_first(study: Study) -> None:
    truth = truth_of(study).copy()
    truth[[0, 2, 4]] = 1 - truth[[0, 2, 4]]
    said = {reader: truth_of(study).copy() for reader in READERS}
    said["r3"][4] = truth[4]  # one reader stands by that label
    study.labels = table(study, said)
    study.columns["label.x"] = truth
    study.score[[0, 2, 4]] = np.where(truth[[0, 2, 4]] == 1, [0.2, 0.1, 0.1], [0.8, 0.9, 0.9])
    found = judge(study)
    assert [case.study for case in found.cases] == ["s2", "s0"]
    assert "the model and all 3 readers say" in found.cases[0].why


def test_the_audit_is_repeated_under_every_readers_truth_and_the_consensus(study: Study) -> None:
    found = judge(study)
    truths = {one.subgroup for one in found.figures if one.name == "sensitivity" and "truth=" in one.subgroup}
    assert truths == {f"truth={one}" for one in (*READERS, "reference", "majority", "dawid-skene")}
    alone, together = named(found, "auroc", "truth=r1"), named(found, "auroc", "truth=dawid-skene")
    assert together.value > alone.value  # fewer errors in the truth


def test_the_audit_is_repeated_by_certainty_and_by_unity(study: Study) -> None:
    study.labels = study.labels.with_columns(certainty=pl.when(pl.col("study") < "s5").then(0.6).otherwise(0.95))  # type: ignore[union-attr]  # the fixture's
    groups = {one.subgroup: one.n for one in judge(study).figures if one.name == "auroc" and "=" not in one.subgroup}
    assert set(groups) == {"certainty 0.5 to 0.8", "certainty 0.8 or more", "readers at one", "readers split"}
    assert groups["readers at one"] + groups["readers split"] == 1000


def test_each_readers_sensitivity_and_specificity_are_told_with_and_without_the_reference(study: Study) -> None:
    found = judge(study)
    for name in ("reader_sensitivity", "reader_specificity", "reader_sensitivity_latent", "reader_specificity_latent"):
        assert named(found, name, "reader=r1").value == pytest.approx(0.95, abs=0.03)


def test_a_model_that_is_surer_than_its_readers_is_told(study: Study) -> None:
    study.labels = table(study, right_in(0.8, truth_of(study), np.random.default_rng(7)))
    study.score = np.where(study.score > 0.5, 0.99, 0.01)
    found = judge(study)
    assert named(found, "excess_certainty").value > 0.1
    assert any("surer of its calls than its readers are at one" in note for note in found.notes)
    assert any(chart.name == "certainty" for chart in found.charts)


def test_agreement_is_told_for_every_site(study: Study) -> None:
    rng, truth = np.random.default_rng(3), truth_of(study)
    poor = np.asarray(study.columns["site"]) == "B"
    good, bad = right_in(0.97, truth, rng), right_in(0.6, truth, rng)
    study.labels = table(study, {one: np.where(poor, bad[one], good[one]) for one in READERS})
    found = judge(study)
    assert named(found, "krippendorff_alpha", "site=A").value > 0.8
    assert named(found, "krippendorff_alpha", "site=B").value < 0.2


def test_readings_are_told_arm_by_arm(study: Study) -> None:
    rows = [("s0", "r1", "a", 1, 1.0), ("s0", "r2", "a", 1, 2.0), ("s2", "r1", "a", 0, 5.0), ("s2", "r2", "a", 0, 4.0)]
    readings = pl.DataFrame(rows, schema=["study", "reader", "arm", "decision", "rating"], orient="row")
    case = gather(study.claim, study.cohort, study.predictions, labels=study.labels, readings=readings).case
    found = judged(Labels(), case)
    assert named(found, "krippendorff_alpha", "readings, arm=a, decision").value == 1
    assert named(found, "icc_2_1", "readings, arm=a, rating").n == 2


def test_a_table_of_the_reference_alone_is_not_shown(study: Study) -> None:
    study.labels = table(study, {"truth": truth_of(study)})
    found = judge(study)
    assert (found.verdict, found.figures) == (Verdict.NOT_SHOWN, ())
    assert "holds the reference alone" in found.sentence


def test_one_reader_can_contradict_the_reference_but_not_agree(study: Study) -> None:
    study.labels = table(study, {"r1": right_in(0.9, truth_of(study), np.random.default_rng(7))["r1"]})
    found = judge(study)
    assert found.verdict is Verdict.NOT_SHOWN
    assert any("Agreement needs two readers" in note for note in found.notes)
    assert any("reader_agreement at least 0.5 has nothing to be weighed on" in note for note in found.notes)
    assert named(found, "label_error").value == pytest.approx(0.1, abs=0.03)


def test_labels_do_not_fail_by_contradictions_that_may_be_the_readers_fault(study: Study) -> None:
    study.floors = {"label_error": 0.05}
    study.labels = table(study, {"r1": right_in(0.9, truth_of(study), np.random.default_rng(7))["r1"]})
    found = judge(study)
    error = named(found, "label_error")
    assert error.interval
    assert error.interval.low > 0.05
    assert found.verdict is Verdict.UNDECIDED


def test_readers_of_different_studies_share_none(study: Study) -> None:
    said = right_in(0.95, truth_of(study), np.random.default_rng(7), ("r1", "r2"))
    row = np.arange(2000) % 4 == 0
    study.labels = table(study, {"r1": np.where(row, said["r1"], np.nan), "r2": np.where(row, np.nan, said["r2"])})
    notes = judge(study).notes
    assert any("No judged study was labelled by two readers" in note for note in notes)


def test_a_reader_who_always_says_the_same_is_named(study: Study) -> None:
    said = right_in(0.95, truth_of(study), np.random.default_rng(7)) | {"r3": np.zeros(2000)}
    study.labels = table(study, said)
    assert any("Reader r3 gave all 1000 studies the same label (0)" in note for note in judge(study).notes)


def test_readers_who_tie_everywhere_have_no_majority(study: Study) -> None:
    study.labels = table(study, {"r1": truth_of(study), "r2": 1 - truth_of(study)})
    found = judge(study)
    assert any("tie in 1000 studies" in note for note in found.notes)
    assert named(found, "krippendorff_alpha").value < -0.9
    assert not [one for one in found.figures if one.subgroup == "truth=majority"]


def test_an_unbalanced_design_says_which_analysis_still_holds(study: Study) -> None:
    said = right_in(0.95, truth_of(study), np.random.default_rng(7))
    said["r3"] = np.where(np.arange(2000) % 3 == 0, said["r3"], np.nan)
    study.labels = table(study, said)
    found = judge(study)
    assert any("hold for such designs; Fleiss' kappa and ICC do not" in note for note in found.notes)
    assert named(found, "krippendorff_alpha").interval
    assert not [one for one in found.figures if one.name == "fleiss_kappa"]


def test_grades_show_agreement_and_nothing_else(study: Study) -> None:
    rng = np.random.default_rng(2)
    grade = np.clip(3 * truth_of(study) + rng.integers(-1, 2, 2000), 0, 4)
    study.labels = table(study, {one: np.clip(grade + rng.integers(0, 2, 2000), 0, 4) for one in READERS})
    found = judge(study)
    assert {"krippendorff_alpha", "gwet_ac2", "icc_2_1"} <= {one.name for one in found.figures}
    assert not [one for one in found.figures if one.name.startswith(("label_error", "sensitivity"))]
    assert found.verdict is Verdict.NOT_SHOWN
    assert any("The labels are grades" in note for note in found.notes)


def test_studies_without_a_reader_are_told(study: Study) -> None:
    study.labels = study.labels.filter(pl.col("study") < "s5")  # type: ignore[union-attr]  # the fixture's
    assert any("of 1000 judged studies have no reader" in note for note in judge(study).notes)


def test_no_reader_of_the_internal_split_is_not_shown(study: Study) -> None:
    study.labels = study.labels.filter(pl.col("study") == "s1")  # type: ignore[union-attr]  # the fixture's
    assert "no reader has labelled a study of the internal split" in judge(study).sentence


def test_one_reference_class_blames_every_contradiction_on_the_labels(study: Study) -> None:
    case = gather(study.claim, study.cohort, study.predictions, resamples=100, labels=study.labels).case
    ill = case.decisions.where(case.decisions.truth)
    found = judged(Labels(), replace(case, decisions=ill))
    assert any("the reference calls every study the same" in note for note in found.notes)


def test_readers_who_always_say_the_same_are_witnesses_of_nothing(study: Study) -> None:
    study.labels = table(study, {one: np.zeros(2000) for one in READERS})
    found = judge(study)
    assert any("a witness of nothing" in note for note in found.notes)
    assert not [one for one in found.figures if one.name.startswith(("label_error", "auroc_if"))]
    assert found.verdict is Verdict.NOT_SHOWN


def test_wrong_labels_are_counted_as_the_classes_stand_among_all_however_few_of_one_were_read(study: Study) -> None:
    truth = truth_of(study)
    rng = np.random.default_rng(3)
    reference = np.where((truth == 0) & (rng.random(truth.size) < 0.4), 1, truth)
    study.columns["label.x"] = reference
    unread = (reference == 1) & (rng.random(truth.size) < 0.9)
    said = right_in(0.97, truth, rng)
    study.labels = table(study, {one: np.where(unread, np.nan, label) for one, label in said.items()})
    error = named(judge(study), "label_error")
    assert error.interval
    assert error.interval.low < (reference != truth)[::2].mean() < error.interval.high


def test_labels_of_a_class_that_nobody_read_do_not_pass_for_right(study: Study) -> None:
    truth = truth_of(study)
    study.floors = {"label_error": 0.1}
    said = right_in(0.99, truth, np.random.default_rng(3))
    study.labels = table(study, {one: np.where(truth == 1, np.nan, label) for one, label in said.items()})
    found = judge(study)
    assert found.verdict is Verdict.UNDECIDED
    assert any("Nobody can tell of any study labelled ill" in note for note in found.notes)
