"""A threshold is chosen where nothing is judged, and the audit checks that it was."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import fiducial as fd
from audit.studies import Study, make_study
from fiducial.audit.operating import OperatingPoint
from fiducial.claims.claim import Claim
from fiducial.claims.evidence import RungResult
from fiducial.errors import CannotJudge, UnusableInput, WrongUsage


@pytest.fixture
def study() -> Study:
    made = make_study(900)
    made.columns["split"] = np.array(["tune", "test", "external"])[np.arange(900) % 3].astype(object)
    return made


def chosen(study: Study, rule: str = "specificity >= 0.85", **options: Any) -> OperatingPoint:  # noqa: ANN401  (the verb's)
    return fd.choose_threshold(
        study.claim, rule=rule, cohort=study.cohort, predictions=study.predictions, resamples=100, **options
    )


def tuning(study: Study) -> tuple[Any, Any]:
    inside = np.asarray(study.columns["split"]) == "tune"
    return study.columns["label.x"][inside] == 1, study.score[inside]


def audited(study: Study, threshold: str) -> RungResult:
    """The internal rung of the same study under a claim that bears this line."""
    said = tomllib.loads(threshold)["threshold"]
    content = study.claim.model_dump(mode="json", exclude_none=True)
    claim = Claim.model_validate({**content, "claim": content["claim"] | {"threshold": said}})
    return fd.climb(claim, cohort=study.cohort, predictions=study.predictions, resamples=100)["internal"]


def share(found: OperatingPoint, name: str) -> float:
    return next(one.value for one in found.figures if one.name == name)


def test_the_threshold_is_that_of_the_tuning_rows_alone(study: Study) -> None:
    ill, score = tuning(study)
    found = chosen(study)
    assert share(found, "specificity") == (score[~ill] < found.threshold).mean() >= 0.85
    judged = np.asarray(study.columns["split"]) != "tune"
    study.score = np.where(judged, 0.5, study.score)
    assert chosen(study).threshold == found.threshold


def test_all_four_corners_stand_along_the_whole_curve(study: Study) -> None:
    ill, score = tuning(study)
    curve = chosen(study).curve
    assert curve["threshold"].to_list() == np.unique(score).tolist()
    corners = curve.select("true_positives", "false_negatives", "false_positives", "true_negatives")
    assert set(corners.sum_horizontal()) == {ill.size}


def test_the_line_for_the_claim_is_read_by_a_claim_and_passes_its_audit(study: Study) -> None:
    found = chosen(study)
    assert audited(study, found.toml).alarms == ()
    assert not [note for note in audited(study, found.toml).notes if "threshold" in note]


def test_a_split_that_is_judged_is_refused(study: Study) -> None:
    for split in ("test", "external"):
        with pytest.raises(WrongUsage, match=f"the split {split!r} is judged.*Choose it on one of: tune, train"):
            chosen(study, split=split)
    study.evidence = {"internal": "tune"}
    with pytest.raises(WrongUsage, match=r"the split 'tune' is judged.*one of: train"):
        chosen(study)


def test_where_every_row_is_judged_no_split_is_left(study: Study) -> None:
    study.evidence = {"internal": "all"}
    with pytest.raises(WrongUsage, match="judges every row"):
        chosen(study)


def test_an_unknown_split_is_refused(study: Study) -> None:
    with pytest.raises(WrongUsage, match="one of tune, train; got 'tuning'"):
        chosen(study, split="tuning")


def test_a_tuning_split_of_one_class_is_refused(study: Study) -> None:
    study.columns["label.x"] = np.where(study.columns["split"] == "tune", 0, study.columns["label.x"])
    with pytest.raises(CannotJudge, match="'tune' has 0 ill and 300 healthy with a score"):
        chosen(study)


def test_a_cohort_without_splits_is_refused(study: Study) -> None:
    del study.columns["split"]
    with pytest.raises(UnusableInput, match="no column 'split'"):
        chosen(study)


def test_a_rule_that_only_calling_nobody_meets_is_refused_with_the_nearest(study: Study) -> None:
    ill, _ = tuning(study)
    highest = np.zeros(900, dtype=bool)
    highest[np.flatnonzero(np.asarray(study.columns["split"]) == "tune")[~ill][0]] = True
    study.score = np.where(highest, 0.9999999, study.score.clip(0, 0.99))
    with pytest.raises(CannotJudge, match=r"calls nobody\. The nearest is 1: sensitivity 0.000, specificity 0.99"):
        chosen(study, "specificity >= 0.999")


def test_scores_that_are_all_the_same_are_refused(study: Study) -> None:
    study.score = np.full(900, 0.4)
    for rule in ("specificity >= 0.5", "sensitivity >= 0.5"):
        with pytest.raises(CannotJudge, match="all scores are the same"):
            chosen(study, rule)


def test_where_acting_never_pays_the_rule_says_so(study: Study) -> None:
    study.score = np.random.default_rng(0).random(900)
    with pytest.raises(CannotJudge, match="but one that calls nobody"):
        chosen(study, "net benefit at 0.9, prevalence 0.001")


def test_a_small_split_is_told_to_be_luck(study: Study) -> None:
    study.columns["split"] = np.where(np.arange(900) < 40, "tune", "test").astype(object)
    notes = chosen(study).notes
    assert any("is mostly luck" in note for note in notes)
    assert any("they flatter it" in note for note in notes)


def test_many_rows_of_few_patients_are_luck_too(study: Study) -> None:
    study.columns["patient"] = [f"p{i % 30}" for i in range(900)]
    assert any("is mostly luck" in note for note in chosen(study).notes)


def test_one_patient_cannot_tell_how_far_others_would_move_the_threshold(study: Study) -> None:
    study.columns["patient"] = ["p"] * 900
    found = chosen(study)
    assert found.spread is None
    assert any("How far other patients would move" in note for note in found.notes)


def test_a_threshold_from_the_rows_that_the_model_learned_from_is_told(study: Study) -> None:
    study.columns["split"] = np.where(study.columns["split"] == "tune", "train", "test").astype(object)
    assert any("The model learned from the rows" in note for note in chosen(study, split="train").notes)


def test_a_table_without_a_rule_is_told_that_none_was_given(tmp_path: Path) -> None:
    pl.DataFrame({"patient": ["a", "b"], "label": [0, 1], "score": [0.1, 0.9]}).write_csv(tmp_path / "scores.csv")
    with pytest.raises(WrongUsage, match="no rule was given, and a table names none"):
        fd.choose_threshold(fd.draft_claim(tmp_path / "scores.csv"))


def test_a_patient_of_the_tuning_split_who_is_judged_is_told(study: Study) -> None:
    study.columns["patient"] = [f"p{i // 3}" for i in range(900)]
    assert any("300 of its patients stand in a judged split as well" in note for note in chosen(study).notes)


def test_the_same_seed_gives_the_same_document(study: Study) -> None:
    assert chosen(study).document() == chosen(study).document()


def test_the_page_the_curve_and_the_document_are_written(study: Study, tmp_path: Path) -> None:
    found = chosen(study)
    page = found.save(tmp_path / "out").read_text()
    assert "not a medical device" in page
    assert found.toml.split("rule")[0].strip() in page.replace("&#34;", '"')
    assert pl.read_csv(tmp_path / "out" / "curve.csv").height == found.curve.height
    assert "NaN" not in (tmp_path / "out" / "operating-point.json").read_text()


def line(value: float, rule: str, split: str = "tune") -> str:
    return f'threshold = {{ value = {value}, chosen_on = "{split}", rule = "{rule}" }}'


def test_a_threshold_that_its_rule_does_not_give_is_an_alarm(study: Study) -> None:
    alarms = audited(study, line(0.02, "specificity >= 0.85")).alarms
    assert alarms[0].startswith(
        "The threshold 0.02 is not what its rule (specificity >= 0.85) gives on 'tune': that is 0."
    )
    assert audited(study, line(0.99, "cost fn=10 fp=1")).alarms


def test_a_threshold_that_chance_may_explain_is_a_note(study: Study) -> None:
    value = chosen(study).threshold + 0.02
    found = audited(study, line(value, "specificity >= 0.85"))
    assert found.alarms == ()
    assert any("is not what its rule" in note for note in found.notes)


def test_a_rounded_threshold_is_as_good_as_its_own(study: Study) -> None:
    found = audited(study, line(round(chosen(study).threshold, 3), "specificity >= 0.85"))
    assert not [told for told in (*found.alarms, *found.notes) if "rule" in told]


def test_of_very_small_scores_another_threshold_is_no_rounding(study: Study) -> None:
    study.score = study.score / 1000
    assert audited(study, line(chosen(study).threshold / 10, "specificity >= 0.85")).alarms


@pytest.mark.parametrize("rounding", [-0.0004, 0.0004])
def test_rounding_calls_other_rows_and_is_still_forgiven(study: Study, rounding: float) -> None:
    study.score = 0.5 + study.score / 100  # so near together that rounding passes several of them
    found = audited(study, line(chosen(study).threshold + rounding, "specificity >= 0.85"))
    assert not [told for told in (*found.alarms, *found.notes) if "rule" in told]


@pytest.mark.parametrize(
    ("threshold", "told"),
    [
        (line(0.5, "by eye"), "The threshold's rule 'by eye' cannot be checked"),
        ('threshold = { value = 0.5, chosen_on = "tune" }', "does not say by which rule"),
        ("threshold = { value = 0.5 }", "does not say on which split"),
        (line(0.5, "specificity >= 0.85", "train"), "the split 'train' has 0 ill and 0 healthy"),
    ],
)
def test_a_threshold_that_cannot_be_checked_is_told(study: Study, threshold: str, told: str) -> None:
    assert any(told in note for note in audited(study, threshold).notes)


def test_a_threshold_chosen_among_rows_that_are_all_judged_is_an_alarm(study: Study) -> None:
    study.evidence = {"internal": "all"}
    assert "on which the threshold was chosen" in audited(study, line(0.5, "specificity >= 0.85")).alarms[0]
