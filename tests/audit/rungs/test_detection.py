"""The rung says what marks do to healthy images beside every lesion that they find."""

from dataclasses import replace

import polars as pl
import pytest

import fiducial as fd
from audit.detection.detectors import Detector, by_name, claim, simulated
from fiducial.audit.ladder import AuditedEvidence
from fiducial.claims.charts import FourCorners
from fiducial.claims.claim import Ladder
from fiducial.claims.evidence import RungResult, Verdict
from fiducial.errors import UnusableInput

GOOD = simulated(400, finds=0.9, false=0.2)
EAGER = simulated(400, finds=0.98, false=3.0)  # a mark or more on nearly every healthy image


def climbed(
    detector: Detector, floors: dict[str, float], *, threshold: float = 0.5, **evidence: object
) -> AuditedEvidence:
    return fd.climb(
        claim(floors, threshold=threshold, **evidence),
        cohort=detector.cohort,
        predictions=detector.predictions,
        regions=detector.regions,
        resamples=200,
    )


def rung(detector: Detector, floors: dict[str, float], *, threshold: float = 0.5, **evidence: object) -> RungResult:
    return climbed(detector, floors, threshold=threshold, **evidence)["detection"]


@pytest.mark.parametrize(
    ("floor", "bound", "verdict"),
    [
        ("lesion_sensitivity", 0.7, Verdict.HOLDS),
        ("lesion_sensitivity", 0.99, Verdict.FAILS),
        ("lesion_sensitivity", 0.89, Verdict.UNDECIDED),
        ("average_precision", 0.6, Verdict.HOLDS),
        ("average_precision", 0.99, Verdict.FAILS),
    ],
)
def test_a_floor_is_cleared_by_the_whole_interval(floor: str, bound: float, verdict: Verdict) -> None:
    assert rung(GOOD, {floor: bound}).verdict is verdict


def test_false_positives_at_the_threshold_are_limited() -> None:
    assert rung(GOOD, {"false_positives_per_image": 0.2, "lesion_sensitivity": 0.5}).verdict is Verdict.HOLDS
    assert rung(EAGER, {"false_positives_per_image": 0.2, "lesion_sensitivity": 0.5}).verdict is Verdict.FAILS


def test_few_false_positives_alone_show_nothing() -> None:
    found = rung(GOOD, {"false_positives_per_image": 0.2})
    assert found.verdict is Verdict.NOT_SHOWN
    assert any("a model that marks nothing meets" in note for note in found.notes)


def test_both_corners_of_images_stand_in_the_sentence() -> None:
    found = rung(GOOD, {})
    assert "of 100 ill images ill, and" in found.sentence
    assert "of 100 healthy ones" in found.sentence
    assert {"sensitivity_from_boxes", "specificity_from_boxes"} <= set(by_name(found.figures))
    assert isinstance(found.charts[0], FourCorners)
    assert found.verdict is Verdict.NOT_SHOWN


def test_a_detector_that_marks_nearly_every_healthy_image_does_not_hold() -> None:
    evidence = climbed(EAGER, {"lesion_sensitivity": 0.5}, threshold=0.2, froc_at=4)
    found = evidence["detection"]
    assert found.figures[0].value > 0.9
    assert found.verdict is Verdict.UNDECIDED
    (alarm,) = (one for one in evidence.alarms if "specificity from boxes" in one)
    assert alarm.startswith("It marks something on ")


def test_a_claimed_specificity_is_weighed_on_the_marks_too() -> None:
    floors = {"lesion_sensitivity": 0.5, "specificity": 0.5}
    found = rung(EAGER, floors, threshold=0.2, froc_at=4)
    assert found.verdict is Verdict.FAILS
    assert any("specificity_from_boxes" in note and "misses the floor" in note for note in found.notes)


def test_without_reference_boxes_nothing_is_shown() -> None:
    evidence = fd.climb(
        claim({"lesion_sensitivity": 0.5}), cohort=GOOD.cohort, predictions=GOOD.predictions, regions=GOOD.marked
    )
    assert evidence["detection"].verdict is Verdict.NOT_SHOWN
    assert "reference boxes of x" in evidence["detection"].missing[0]


def test_a_missing_answer_keeps_the_rung_from_holding() -> None:
    silent = GOOD.predictions.with_columns(
        abstained=(pl.int_range(pl.len()) % 3 == 0).cast(pl.Int8), reason=pl.lit(None, dtype=pl.String)
    ).with_columns(reason=pl.when(pl.col("abstained") == 1).then(pl.lit("unsure")))
    asked = claim({"lesion_sensitivity": 0.7})
    evidence = fd.climb(asked, cohort=GOOD.cohort, predictions=silent, regions=GOOD.regions, resamples=100)
    assert evidence["detection"].verdict is Verdict.UNDECIDED


def test_a_score_that_is_not_its_strongest_box_is_told() -> None:
    flat = GOOD.predictions.with_columns(pl.lit(0.9).alias("score"))
    evidence = fd.climb(claim(), cohort=GOOD.cohort, predictions=flat, regions=GOOD.regions, resamples=100)
    assert any("called otherwise by the model's score" in note for note in evidence["detection"].notes)


def test_ill_images_without_a_box_are_no_evidence() -> None:
    first = GOOD.drawn["study"][0]
    lacking = replace(GOOD, drawn=GOOD.drawn.filter(pl.col("study") != first))
    assert "nobody drew a box" in rung(lacking, {"lesion_sensitivity": 0.5}).sentence
    assert rung(lacking, {"lesion_sensitivity": 0.5}, undrawn="leave-out").verdict is Verdict.HOLDS


def test_the_images_of_misses_and_of_vain_marks_are_shown() -> None:
    whys = [case.why for case in rung(EAGER, {}).cases]
    assert whys.count("marked where nothing is") == 4


def test_a_wrong_regions_table_is_refused_as_a_whole() -> None:
    strangers = GOOD.regions.with_columns(pl.lit("nobody").alias("study"), box=pl.int_range(pl.len()))
    with pytest.raises(UnusableInput, match="does not hold"):
        rung(replace(GOOD, drawn=strangers.clear(), marked=strangers), {})


def test_that_external_boxes_are_not_judged_is_told() -> None:
    outside = pl.when(pl.int_range(pl.len()) < 100).then(pl.lit("external")).otherwise(pl.lit("test"))
    elsewhere = replace(GOOD, cohort=GOOD.cohort.with_columns(outside.alias("split")))
    told = rung(elsewhere, {"lesion_sensitivity": 0.5}).notes
    assert any("100 external decisions" in note and "not judged" in note for note in told)
    assert not any("external" in note for note in rung(GOOD, {"lesion_sensitivity": 0.5}).notes)
    assert not any("external" in note for note in rung(elsewhere, {"lesion_sensitivity": 0.5}, internal="all").notes)


def test_the_claim_of_a_classifier_is_not_asked_for_boxes() -> None:
    evidence = fd.climb(claim(), cohort=GOOD.cohort, predictions=GOOD.predictions, resamples=100)
    assert evidence["detection"].missing
    assert not any("boxes" in hint for hint in evidence.hints)


def test_a_claim_about_boxes_is_asked_for_those_that_it_lacks() -> None:
    evidence = fd.climb(
        claim({"lesion_sensitivity": 0.5}), cohort=GOOD.cohort, predictions=GOOD.predictions, resamples=100
    )
    assert any(hint.startswith("detection: give boxes of the model") for hint in evidence.hints)


def test_a_claim_that_requires_the_rung_is_asked_for_boxes() -> None:
    asked = claim().model_copy(update={"ladder": Ladder(required=("detection",))})
    evidence = fd.climb(asked, cohort=GOOD.cohort, predictions=GOOD.predictions, resamples=100)
    assert any(hint.startswith("detection: give boxes of the model") for hint in evidence.hints)


@pytest.mark.parametrize("asked", ["lesion_sensitivity", "sensitivity"])
def test_a_floor_at_0_asks_for_nothing_to_be_found(asked: str) -> None:
    silent = replace(GOOD, marked=GOOD.marked.clear())
    found = rung(silent, {asked: 0.0, "false_positives_per_image": 0.1, "specificity": 0.5})
    assert found.verdict is Verdict.NOT_SHOWN
    assert any("a model that marks nothing meets" in note for note in found.notes)
