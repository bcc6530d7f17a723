"""Boxes that cannot be compared are refused, with the place and the remedy; conventions are never guessed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from audit.detection.detectors import Detector, simulated
from fiducial.audit.detection.boxes import Boxes, read_boxes, regions_beside
from fiducial.audit.detection.images import Images, images_of
from fiducial.claims.overlap import Undrawn
from fiducial.cohort.regions import validate_regions
from fiducial.cohort.table import read_cohort
from fiducial.errors import CannotJudge, UnusableInput
from fiducial.files.tables import Table

DETECTOR = simulated(20)


def read(table: pl.DataFrame, model: str | None = None) -> Boxes:
    return read_boxes(table, read_cohort(DETECTOR.cohort), finding="x", model=model)


def test_marks_and_reference_are_told_apart() -> None:
    boxes = read(DETECTOR.regions)
    assert boxes.model == "d"
    assert boxes.marked.height == DETECTOR.marked.height
    assert boxes.drawn is not None
    assert boxes.drawn.height == DETECTOR.drawn.height


def test_without_a_drawn_box_there_is_no_reference() -> None:
    assert read(DETECTOR.marked).drawn is None


def test_boxes_under_stress_are_another_matter() -> None:
    clean = DETECTOR.regions.with_columns(condition=pl.lit("clean"))
    stressed = clean.with_columns(condition=pl.lit("noise:1"))
    assert read(pl.concat([clean, stressed])).marked.height == DETECTOR.marked.height


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"study": pl.lit("nobody")}, "studies that the cohort does not hold, first 'nobody'"),
        ({"score": pl.lit(None, dtype=pl.Float64)}, "boxes have no score"),
        ({"rows": pl.lit(200)}, "images of different sizes, first"),
        ({"z0": pl.lit(0.0), "z1": pl.lit(1.0)}, "the reference boxes are of images and the model's of volumes"),
        ({"x0": pl.col("x1")}, "has no area"),
    ],
)
def test_a_wrong_mark_is_refused(change: dict[str, pl.Expr], told: str) -> None:
    marked = DETECTOR.marked.with_columns(**change).unique("study", maintain_order=True)
    reference = validate_regions(Table(DETECTOR.drawn, "drawn", 1))
    beside = replace(read_cohort(DETECTOR.cohort), regions=reference)
    with pytest.raises(UnusableInput, match=told):
        read_boxes(marked, beside, finding="x", model=None)


def test_the_judged_model_is_named_where_there_are_several() -> None:
    both = pl.concat([DETECTOR.marked, DETECTOR.marked.with_columns(model=pl.lit("other"))])
    with pytest.raises(UnusableInput, match=r"several models \(d, other\)"):
        read(both)
    assert read(both, "other").model == "other"
    with pytest.raises(UnusableInput, match="Did you mean 'other'"):
        read(both, "othr")


def test_two_readers_on_one_image_would_be_two_lesions() -> None:
    again = DETECTOR.drawn.with_columns(pl.col("box") + 10, reader=pl.lit("r2"))
    drawn = pl.concat([DETECTOR.drawn.with_columns(reader=pl.lit("r1")), again])
    with pytest.raises(UnusableInput, match=r"of several readers, first 's\d+' \(r1, r2\)"):
        read(pl.concat([drawn, DETECTOR.marked], how="diagonal_relaxed"))


def test_the_regions_stand_beside_the_predictions(tmp_path: Path) -> None:
    predictions = tmp_path / "p.csv"
    assert regions_beside(predictions) is None
    DETECTOR.marked.write_parquet(tmp_path / "p.regions.parquet")
    assert regions_beside(predictions) == tmp_path / "p.regions.parquet"
    assert regions_beside(DETECTOR.predictions) is None


def judged(detector: Detector, undrawn: Undrawn = "refuse") -> Images:
    rows = detector.cohort
    patient = np.arange(rows.height)
    ill = rows["label.x"].to_numpy().astype(bool)
    return images_of(rows["study"].to_numpy().astype(str), patient, ill, detector.drawn, undrawn)


def test_an_ill_image_without_a_box_is_refused_unless_it_is_left_out() -> None:
    first = DETECTOR.drawn["study"][0]
    lacking = Detector(DETECTOR.cohort, DETECTOR.drawn.filter(pl.col("study") != first), DETECTOR.marked)
    with pytest.raises(CannotJudge, match=f"label of 1 images says ill and nobody drew a box on them, first '{first}'"):
        judged(lacking)
    images = judged(lacking, "leave-out")
    assert images.study[~images.counted].tolist() == [first]
    assert "their calls count among the ill images" in images.notes[0]


def test_a_box_on_a_healthy_image_is_a_contradiction() -> None:
    healthy = DETECTOR.cohort.with_columns(pl.lit(0).alias("label.x"))
    with pytest.raises(CannotJudge, match="whose label says that they are healthy"):
        judged(Detector(healthy, DETECTOR.drawn, DETECTOR.marked))
