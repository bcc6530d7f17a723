"""A detector without a claim: measured, listed, drawn and written; what cannot be counted is told, not guessed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

import fiducial as fd
from audit.detection.detectors import Detector, simulated
from audit.rungs.laws import is_whole
from fiducial.audit.detection.report import DetectionReport
from fiducial.errors import UnusableInput, WrongUsage

DETECTOR = simulated(200)
QUICK = fd.DetectionOptions(resamples=100)


def measured(detector: Detector = DETECTOR, options: fd.DetectionOptions = QUICK) -> DetectionReport:
    return fd.measure_detection(detector.regions, detector.cohort, options)


def written(folder: Path, detector: Detector = DETECTOR) -> tuple[Path, Path]:
    """The tables as files: boxes beside predictions, the reference beside the cohort."""
    detector.cohort.write_parquet(folder / "cohort.parquet")
    detector.drawn.write_parquet(folder / "cohort.regions.parquet")
    detector.predictions.write_parquet(folder / "p.parquet")
    detector.marked.write_parquet(folder / "p.regions.parquet")
    return folder / "p.regions.parquet", folder / "cohort.parquet"


def test_every_figure_is_whole_and_the_document_is_json() -> None:
    found = measured()
    for figure in found.findings[0].figures:
        is_whole(figure)
    json.dumps(found.document(), allow_nan=False)
    assert found.exit_code == 0


def test_the_same_seed_gives_the_same_document() -> None:
    assert measured().document() == measured().document()


def test_boxes_or_predictions_may_be_named_and_the_other_is_found_beside(tmp_path: Path) -> None:
    boxes, cohort = written(tmp_path)
    of_boxes = fd.measure_detection(boxes, cohort, QUICK)
    of_predictions = fd.measure_detection(tmp_path / "p.parquet", cohort, QUICK)
    assert of_boxes.findings[0].figures == of_predictions.findings[0].figures
    assert of_boxes.provenance.inputs == of_predictions.provenance.inputs


def test_without_predictions_it_is_said_that_every_image_is_taken_for_looked_at() -> None:
    assert "is taken to have looked at every image" in measured().findings[0].notes[0]


def test_an_image_without_an_answer_is_left_out_and_told(tmp_path: Path) -> None:
    boxes, cohort = written(tmp_path)
    pl.read_parquet(tmp_path / "p.parquet")[:150].write_parquet(tmp_path / "p.parquet")
    (one,) = fd.measure_detection(boxes, cohort, QUICK).findings
    assert one.images == 150
    assert "50 of 200 images were not answered" in one.notes[0]


def test_an_image_without_a_label_is_not_healthy() -> None:
    unknown = pl.when(pl.int_range(pl.len()) < 20).then(None).otherwise(pl.col("label.x")).alias("label.x")
    (one,) = measured(replace(DETECTOR, cohort=DETECTOR.cohort.with_columns(unknown))).findings
    assert one.images == 180
    assert any("20 images have no label of x and are not judged" in note for note in one.notes)


def test_every_missed_lesion_and_every_vain_mark_is_listed_worst_first() -> None:
    (one,) = measured(options=replace(QUICK, threshold=0.5)).findings
    figures = one.by_name
    assert one.missed.height == round(one.lesions * (1 - figures["lesion_sensitivity_at_threshold"].value))
    assert one.false_positives.height == round(one.images * figures["false_positives_per_image"].value)
    scores = one.false_positives["score"].to_list()
    assert scores == sorted(scores, reverse=True)
    assert one.missed["score"][0] is None


def test_other_overlaps_stand_beside_the_one_that_was_asked() -> None:
    (one,) = measured(options=replace(QUICK, overlap="iobb:0.25")).findings
    assert [other.overlap for other in one.others][:2] == ["iobb:0.25", "iou:0.1"]
    assert one.others[0].lesion_sensitivity == one.by_name["lesion_sensitivity"].value


def test_a_finding_that_cannot_be_measured_is_told_with_its_reason() -> None:
    found = fd.measure_detection(DETECTOR.marked, DETECTOR.cohort, QUICK)
    assert found.exit_code == 3
    assert "nobody drew a box of x" in found.refused["x"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"findings": ("y",)}, "no labels of 'y'"),
        ({"split": "tune"}, "no row is of the split 'tune'; there are test"),
        ({"overlap": "iou"}, "needs a share"),
        ({"rate": 0}, "must be above 0"),
        ({"threshold": 2}, "from 0 to 1"),
        ({"repeats": "twice"}, "false-positive or ignored"),
        ({"confidence": 95}, "0.95 is usual"),
    ],
)
def test_a_wrong_option_is_told(options: dict[str, Any], told: str) -> None:
    with pytest.raises(WrongUsage, match=told):
        measured(options=replace(QUICK, **options))


def test_lesions_of_few_patients_are_told() -> None:
    few = simulated(60)
    assert any("a little too narrow" in note for note in measured(few).findings[0].notes)
    assert not any("a little too narrow" in note for note in measured().findings[0].notes)


def test_intervals_go_by_patient_or_not_at_all() -> None:
    with pytest.raises(UnusableInput, match="a row has no patient"):
        measured(replace(DETECTOR, cohort=DETECTOR.cohort.drop("patient")))


def test_the_page_shows_the_worst_images_with_their_boxes(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for study in DETECTOR.cohort["study"][:40]:
        Image.fromarray(rng.integers(0, 255, (100, 100), dtype=np.uint8)).save(tmp_path / f"{study}.png")
    pictured = DETECTOR.cohort.with_columns(path=pl.format("{}.png", "study"))
    boxes, cohort = written(tmp_path, replace(DETECTOR, cohort=pictured))
    page = fd.measure_detection(boxes, cohort, QUICK).save(tmp_path / "out").read_text(encoding="utf-8")
    assert page.count('<svg viewBox="0 0 100 100"') >= 1
    assert "data:image/jpeg;base64," in page
    assert "No picture:" in page
    assert page.index("Specificity, by image") < page.index("Average precision")
    assert {one.name for one in (tmp_path / "out").iterdir()} == {
        "froc.html", "froc.json", "figures.csv", "missed.csv", "false_positives.csv"
    }  # fmt: skip
