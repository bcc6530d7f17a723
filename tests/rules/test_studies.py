"""Facts out of the tables: who said what, and why the rest is unknown."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

import fiducial as fd
from fiducial.errors import UnusableInput
from fiducial.rules.facts import Facts, Found, Given
from fiducial.rules.studies import read_studies
from rules.written import rules

RULES = rules(one="score(effusion) > 0.5")
SCORES = pl.DataFrame(
    {
        "study": ["a", "b", "c"],
        "finding": "effusion",
        "model": "cnn-a",
        "score": [0.7, None, 0.9],
        "reason": [None, "timed out", "outside its support"],
        "abstained": [0, 0, 1],
    }
)


def facts(predictions: pl.DataFrame = SCORES, **others: pl.DataFrame | Path) -> dict[str, Facts]:
    return dict(read_studies(RULES, fd.DecisionSources(predictions, **others)).facts)  # type: ignore[arg-type]  # by name


def test_a_score_a_failure_and_an_abstention() -> None:
    found = [one.scores["effusion"] for one in facts().values()]
    assert found[0] == Given(0.7, None, "cnn-a")
    assert found[1] == Given(None, "timed out", "cnn-a")
    assert found[2] == Given(None, "abstained: outside its support", "cnn-a")


def test_a_score_that_no_table_has_is_noted() -> None:
    notes = read_studies(RULES, fd.DecisionSources(SCORES)).notes
    assert "no table has score(pneumothorax); it is unknown throughout" in notes


def test_two_models_of_one_finding_are_refused_until_one_is_named() -> None:
    both = pl.concat([SCORES, SCORES.with_columns(model=pl.lit("cnn-b"))])
    with pytest.raises(UnusableInput, match=r"cnn-a, cnn-b all answer 'effusion'. Declare 'effusion@cnn-a'"):
        facts(both)


def test_a_named_model_is_read_alone() -> None:
    both = pl.concat([SCORES.with_columns(finding=pl.lit("nodule"), model=pl.lit(name)) for name in ("cnn-a", "cnn-b")])
    with pytest.raises(UnusableInput):  # the regions of nodules are declared without a model
        facts(both)
    assert "nodule@cnn-b" in facts(both.filter(pl.col("model") == "cnn-b"))["a"].scores


def test_stressed_rows_are_no_studies_of_their_own() -> None:
    stressed = SCORES.with_columns(condition=pl.lit("flip:1"))
    assert (
        facts(pl.concat([SCORES.with_columns(condition=pl.lit("clean")), stressed]))["a"].scores["effusion"].value
        == 0.7
    )


def test_another_unit_is_refused() -> None:
    table = pl.DataFrame({"study": ["a"], "name": ["volume"], "value": [3.0], "unit": ["mm3"]})
    with pytest.raises(UnusableInput, match="volume is in 'mm3'; the decision file reads it in 'ml'"):
        facts(measurements=table)


def test_metadata_come_from_columns_and_tags_of_the_cohort() -> None:
    cohort = pl.DataFrame({"study": ["a"], "age": [61], "view": ["PA"], "sex": ["F"], "tag.portable": ["1"]})
    found = facts(cohort=cohort)["a"].metadata
    assert {name: one.value for name, one in found.items()} == {"age": 61.0, "view": "PA", "sex": "F", "portable": True}


def test_metadata_that_are_no_number_say_so() -> None:
    with_tag = pl.DataFrame({"study": ["a"], "tag.portable": ["perhaps"]})
    assert facts(cohort=with_tag)["a"].metadata["portable"].reason == "portable is 'perhaps', which is no truth"


BOXES = pl.DataFrame(
    {"study": ["a"], "finding": ["nodule"], "model": ["det"], "box": [0], "x0": [1], "y0": [1], "x1": [3], "y1": [3],
     "rows": [8], "columns": [8], "score": [0.9]}
)  # fmt: skip


def test_a_detector_that_answered_without_a_box_found_none() -> None:
    answered = SCORES.with_columns(finding=pl.lit("nodule"), model=pl.lit("det"), abstained=pl.lit(0)).head(2)
    found = facts(answered, regions=BOXES)
    assert len(found["a"].regions["nodule"].boxes) == 1
    assert found["b"].regions["nodule"] == Found((), "timed out", "det")


def test_where_no_detector_answered_nobody_knows() -> None:
    assert "nodule" not in facts(regions=BOXES)["b"].regions


def test_a_mask_is_read_and_asked(tmp_path: Path) -> None:
    pixels = np.zeros((8, 8), np.uint8)
    pixels[:, :4] = 255
    Image.fromarray(pixels).save(tmp_path / "left.png")
    pl.DataFrame({"study": ["a", "b"], "region": "lung-left", "path": ["left.png", "none.png"]}).write_csv(
        tmp_path / "masks.csv"
    )
    found = facts(regions=BOXES, masks=tmp_path / "masks.csv")
    inside = rules(one="any(regions(nodule) where inside(lung-left, 0.9))")
    assert fd.decide(inside, found["a"]).values["one"] is True
    assert found["b"].masks["lung-left"].reason == "none.png no such file"


def test_rows_of_images_are_refused() -> None:
    with pytest.raises(UnusableInput, match="rules decide studies"):
        facts(SCORES.with_columns(image=pl.lit("i1")))


def of_detector(reason: str | None, abstained: int) -> pl.DataFrame:
    row = {"study": ["a"], "finding": ["nodule"], "model": ["det"], "score": [None if reason else 0.9]}
    return pl.DataFrame(row | {"reason": [reason], "abstained": [abstained]}, schema_overrides={"reason": pl.String})


def test_a_detector_that_failed_after_its_first_box_may_have_missed_others() -> None:
    found = facts(of_detector("timed out", 0), regions=BOXES)["a"].regions["nodule"]
    assert (len(found.boxes), found.reason) == (1, "timed out")


def test_a_detector_that_abstained_is_not_one_that_found_nothing() -> None:
    found = facts(of_detector(None, 1), regions=BOXES.clear())["a"].regions["nodule"]
    assert found == Found((), "abstained", "det")
