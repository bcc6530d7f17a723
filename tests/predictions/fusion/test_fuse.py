"""An ensemble's table: who did not answer lowers coverage, nothing is fitted on what is judged."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.special import expit

from fiducial.errors import FiducialError, UnusableInput, WrongUsage
from fiducial.files.toml import parse
from fiducial.predictions.fusion.fuse import fuse_scores
from fiducial.predictions.fusion.recipe import FusionRecipe
from fiducial.predictions.fusion.regions import fuse_regions
from fiducial.predictions.table import read_predictions


def recipe(**parts: dict[str, Any]) -> FusionRecipe:
    ensemble = {"name": "all", **parts.pop("ensemble", {})}
    return parse({"ensemble": ensemble, **parts}, FusionRecipe, where="fusion.toml")


def predictions(**scores: list[float | None]) -> pl.DataFrame:
    """A column a model, a row a study."""
    rows = [
        {"study": f"s{number}", "model": model, "score": score, "reason": None if score is not None else "file cut off",
         "seconds": 0.5}
        for model, given in scores.items() for number, score in enumerate(given)
    ]  # fmt: skip
    return read_predictions(pl.DataFrame(rows, schema_overrides={"reason": pl.String}), finding="x")


def cohort(truth: np.ndarray, split: str = "tune") -> pl.DataFrame:
    n = truth.size
    return pl.DataFrame({"study": [f"s{i}" for i in range(n)], "split": [split] * n, "label.x": truth.astype(int)})


def test_every_member_counts_and_the_rows_are_a_predictions_table() -> None:
    found = fuse_scores(predictions(a=[0.2, 0.8], b=[0.4, 0.8]), recipe(scores={"rule": "mean"}))
    checked = read_predictions(found.rows)
    assert checked["score"].to_list() == pytest.approx([0.3, 0.8])
    assert set(checked["model"]) == {"all"}
    assert checked["seconds"].to_list() == [1.0, 1.0]


def test_a_member_that_failed_lowers_coverage_and_not_the_score() -> None:
    rows = fuse_scores(predictions(a=[0.8, 0.8], b=[0.8, None]), recipe()).rows
    assert rows["score"].to_list() == [pytest.approx(0.8), None]
    assert rows["reason"][1] == "1 of 2 members answered (b: file cut off)"


def test_a_quorum_of_one_goes_on_without_the_failed_member() -> None:
    rows = fuse_scores(predictions(a=[0.8], b=[None]), recipe(ensemble={"quorum": 1})).rows
    assert rows["score"].to_list() == [pytest.approx(0.8)]


def test_a_member_that_abstained_did_not_answer() -> None:
    table = predictions(a=[0.8], b=[0.2]).with_columns(abstained=pl.col("model") == "b")
    rows = fuse_scores(table, recipe(ensemble={"quorum": 1})).rows
    assert rows["score"].to_list() == [pytest.approx(0.8)]


def test_a_finding_may_have_a_rule_of_its_own() -> None:
    table = pl.concat([one := predictions(a=[0.2], b=[0.8]), one.with_columns(finding=pl.lit("y"))])
    rows = fuse_scores(table, recipe(scores={"rule": "mean"}, finding={"y": {"rule": "max"}})).rows
    assert dict(rows.select("finding", "score").iter_rows()) == {"x": 0.5, "y": 0.8}


def test_every_condition_is_fused_on_its_own() -> None:
    clean = predictions(a=[0.2], b=[0.4])
    noisy = predictions(a=[0.6], b=[0.8]).with_columns(condition=pl.lit("noise:2"))
    rows = fuse_scores(pl.concat([clean, noisy]), recipe(scores={"rule": "mean"})).rows
    assert dict(rows.select("condition", "score").iter_rows()) == pytest.approx({"clean": 0.3, "noise:2": 0.7})


def made(n: int = 800) -> tuple[pl.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    evidence = rng.normal(size=(n, 2))
    truth = rng.random(n) < expit(2 * evidence[:, 0])
    return predictions(a=expit(evidence[:, 0]).tolist(), b=expit(evidence[:, 1]).tolist()), truth


def test_a_stack_is_fitted_on_tune_and_says_on_whom() -> None:
    table, truth = made()
    split = np.where(np.arange(800) < 400, "tune", "test")
    found = fuse_scores(
        table, recipe(scores={"rule": "stacking"}), cohort=cohort(truth).with_columns(split=pl.Series(split))
    )
    fitted = found.fitted["x"]
    assert fitted.stack is not None
    assert fitted.stack.slopes[0] > 5 * fitted.stack.slopes[1]
    assert fitted.studies is not None
    assert set(fitted.studies) == {f"s{i}" for i in range(400)}


def test_what_is_judged_changes_no_fit() -> None:
    table, truth = made()
    split = pl.Series(np.where(np.arange(800) < 400, "tune", "test"))
    flipped = np.where(np.arange(800) < 400, truth, ~truth)
    how = recipe(scores={"rule": "stacking", "calibrate": "platt"})
    one = fuse_scores(table, how, cohort=cohort(truth).with_columns(split=split))
    other = fuse_scores(table, how, cohort=cohort(flipped).with_columns(split=split))
    assert one.rows.equals(other.rows)


def test_scores_are_calibrated_after_fusion() -> None:
    table, truth = made()
    found = fuse_scores(table, recipe(scores={"rule": "mean", "calibrate": "platt"}), cohort=cohort(truth))
    assert found.rows["score"].mean() == pytest.approx(truth.mean(), abs=0.01)


def test_nothing_is_fitted_without_a_tuning_split() -> None:
    table, truth = made(60)
    with pytest.raises(UnusableInput, match="got 0 and 0 on the tuning split"):
        fuse_scores(table, recipe(scores={"rule": "stacking"}), cohort=cohort(truth, "test"))
    with pytest.raises(WrongUsage, match="hand in a cohort"):
        fuse_scores(table, recipe(scores={"rule": "stacking"}))


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"ensemble": {"members": ["a", "c"]}}, "'c' has no row"),
        ({"ensemble": {"members": ["a", "a"]}}, "named twice"),
        ({"ensemble": {"quorum": 3}}, "can never be met by 2 members"),
        ({"ensemble": {"weights": {"a": 0, "b": 0}}}, "every (weight|member)"),
        ({"ensemble": {"weights": {"a": -1}}}, "greater than or equal to 0"),
        ({"scores": {"rule": "k-of-n"}}, "k-of-n needs k"),
        ({"scores": {"rule": "k-of-n", "k": 1}}, "none is given for a, b"),
        ({"scores": {"rule": "k-of-n", "k": 3, "thresholds": {"a": 0.5, "b": 0.5}}}, "can never be positive"),
        ({"scores": {"rule": "boxes"}}, "hand the regions table in"),
        ({"scores": {"rule": "average"}}, "scores.rule"),
    ],
)
def test_a_recipe_that_cannot_be_meant_is_refused(parts: dict[str, Any], told: str) -> None:
    with pytest.raises(FiducialError, match=told):
        fuse_scores(predictions(a=[0.2], b=[0.4]), recipe(**parts))


def regions(**boxes: list[tuple[float, ...]]) -> pl.DataFrame:
    """A list of (x0, y0, x1, y1, score) a model, all in study s0."""
    rows = [
        {"study": "s0", "finding": "x", "model": model, "condition": "clean", "box": number, "x0": x0, "y0": y0,
         "x1": x1, "y1": y1, "rows": 100, "columns": 100, "score": score}
        for model, given in boxes.items() for number, (x0, y0, x1, y1, score) in enumerate(given)
    ]  # fmt: skip
    return pl.DataFrame(rows)


TWO = regions(a=[(10, 10, 50, 50, 0.9)], b=[(12, 10, 52, 50, 0.7), (60, 60, 90, 90, 0.4)])


def test_boxes_are_fused_and_count_their_members() -> None:
    how = recipe()
    found = fuse_regions(TWO, predictions(a=[0.9], b=[0.7]), ("a", "b"), how.ensemble, how.boxes)
    assert found["models"].to_list() == [2, 1]
    assert found["score"].to_list() == pytest.approx([0.8, 0.2])
    assert found["box"].to_list() == [0, 1]
    assert set(found["model"]) == {"all"}


def test_a_detector_that_failed_is_no_vote_against_a_box() -> None:
    how = recipe()
    found = fuse_regions(TWO, predictions(a=[0.9], b=[0.7], c=[None]), ("a", "b", "c"), how.ensemble, how.boxes)
    assert found["score"].to_list() == pytest.approx([0.8, 0.2])


def test_a_detector_that_saw_nothing_is_a_vote_against_it() -> None:
    how = recipe()
    found = fuse_regions(TWO, predictions(a=[0.9], b=[0.7], c=[0.0]), ("a", "b", "c"), how.ensemble, how.boxes)
    assert found["score"].to_list() == pytest.approx([1.6 / 3, 0.4 / 3])


def test_boxes_of_images_of_two_sizes_are_refused() -> None:
    table = TWO.with_columns(rows=pl.when(pl.col("model") == "b").then(200).otherwise(100))
    how = recipe()
    with pytest.raises(UnusableInput, match=r"different sizes \(a: 100 x 100, b: 200 x 100\)"):
        fuse_regions(table, predictions(a=[0.9], b=[0.7]), ("a", "b"), how.ensemble, how.boxes)


def test_fractions_are_not_taken_for_pixels() -> None:
    how, table = recipe(), regions(a=[(0.1, 0.1, 0.5, 0.5, 0.9)], b=[(12, 10, 52, 50, 0.7)])
    with pytest.raises(UnusableInput, match="every box of a ends at 1 or before, in images of up to 100 pixels"):
        fuse_regions(table, predictions(a=[0.9], b=[0.7]), ("a", "b"), how.ensemble, how.boxes)


def test_boxes_of_volumes_are_fused_in_depth() -> None:
    how = recipe()
    deep = TWO.with_columns(z0=pl.Series([0.0, 1, 5]), z1=pl.Series([10.0, 11, 9]), slices=20)
    apart = deep.with_columns(z0=pl.Series([0.0, 10, 5]), z1=pl.Series([10.0, 20, 9]))
    told = (predictions(a=[0.9], b=[0.7]), ("a", "b"), how.ensemble, how.boxes)
    assert fuse_regions(deep, *told)["models"].to_list() == [2, 1]
    assert fuse_regions(apart, *told)["models"].to_list() == [1, 1, 1]


def test_a_box_without_a_score_is_refused() -> None:
    how, unscored = recipe(), TWO.with_columns(score=pl.lit(None, dtype=pl.Float64))
    with pytest.raises(UnusableInput, match="3 boxes have no score, first of a in study 's0'"):
        fuse_regions(unscored, predictions(a=[0.9], b=[0.7]), ("a", "b"), how.ensemble, how.boxes)


def test_an_option_that_the_fuser_does_not_know_is_refused() -> None:
    how = recipe(boxes={"fuser": "nms", "sigma": 0.5})
    with pytest.raises(WrongUsage, match="nms does not take these options"):
        fuse_regions(TWO, predictions(a=[0.9], b=[0.7]), ("a", "b"), how.ensemble, how.boxes)
