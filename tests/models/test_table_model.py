"""A finished table as a model: scores, doubts and reasons come back as they stand."""

from typing import Any

import polars as pl
import pytest

from fiducial.errors import UnusableInput
from fiducial.models.contract import Answer, Shown, Study
from fiducial.models.rows import Asked, rows_of
from fiducial.models.table_model import TableModel
from scans.conditions.radiographs import radiograph

ROWS: list[dict[str, Any]] = [
    {"study": "a", "finding": "x", "score": 0.2, "abstained": 0, "reason": None},
    {"study": "a", "finding": "y", "score": 0.6, "abstained": 1, "reason": "blurred"},
    {"study": "b", "finding": "x", "score": None, "abstained": 0, "reason": "no file"},
    {"study": "b", "finding": "y", "score": 0.1, "abstained": 0, "reason": None},
    {"study": "c", "finding": "x", "score": None, "abstained": 0, "reason": "empty"},
    {"study": "c", "finding": "y", "score": None, "abstained": 0, "reason": "empty"},
]


def of(rows: list[dict[str, Any]], **more: str) -> TableModel:
    return TableModel.read(pl.DataFrame(rows, infer_schema_length=None), **more)


def shown(study: str) -> Shown:
    return Shown(Study(study, ()), radiograph)


def answer(study: str) -> Answer:
    return of(ROWS).answer([shown(study)])[0]


def test_rows_come_back_as_they_were() -> None:
    asked = Asked("model", ("x", "y"))
    again = [row for study in "abc" for row in rows_of(shown(study), answer(study), asked, 0.0).predictions]
    kept = [{name: row[name] for name in ROWS[0]} | {"abstained": int(row["abstained"])} for row in again]
    assert kept == ROWS


def test_a_study_that_nobody_scored_is_a_reason() -> None:
    assert answer("z").reason == "the predictions table has no row for it"


def test_stressed_rows_are_not_its_answers() -> None:
    stressed = [{"study": "a", "score": 0.9, "condition": c, "finding": "x"} for c in ("clean", "flip:1")]
    assert of([stressed[0], stressed[1] | {"score": 0.1}]).answer([shown("a")])[0].scores == {"x": 0.9}


def test_of_several_models_one_must_be_named() -> None:
    rows = [{"study": "a", "finding": "x", "score": 0.9, "model": name} for name in ("m1", "m2")]
    assert of(rows, model="m2").name == "m2"
    for more in ({}, {"model": "m3"}):
        with pytest.raises(UnusableInput, match="holds the models m1, m2; name one"):
            of(rows, **more)


def test_scores_of_single_images_are_refused() -> None:
    rows = [{"study": "a", "image": name, "finding": "x", "score": 0.9} for name in "12"]
    with pytest.raises(UnusableInput, match="aggregate them"):
        of(rows)


def test_another_score_is_another_model() -> None:
    assert of(ROWS).identity != of([ROWS[0] | {"score": 0.3}, *ROWS[1:]]).identity
