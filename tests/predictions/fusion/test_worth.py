"""What each member buys is told on a split that nothing was tuned on."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.special import expit

from fiducial.errors import CannotJudge, WrongUsage
from fiducial.files.toml import parse
from fiducial.predictions.fusion.recipe import FusionRecipe
from fiducial.predictions.fusion.worth import Worth, member_worth
from fiducial.predictions.table import read_predictions

N = 2400


def study() -> tuple[pl.DataFrame, pl.DataFrame]:
    """``good`` and ``other`` each know a half; ``copy`` says what ``good`` says; ``noise`` knows nothing."""
    rng = np.random.default_rng(0)
    truth = rng.random(N) < 0.4
    good, other = (2 * truth - 1 + rng.normal(0, 1.4, N) for _ in range(2))
    evidence = {"good": good, "copy": good + rng.normal(0, 0.05, N), "other": other, "noise": rng.normal(0, 1, N)}
    names = [f"s{i}" for i in range(N)]
    tables = [
        pl.DataFrame({"study": names, "model": name, "score": expit(one), "seconds": 0.1})
        for name, one in evidence.items()
    ]
    split = np.where(np.arange(N) < 800, "tune", "test")
    cohort = pl.DataFrame({"study": names, "split": split, "label.x": truth.astype(int)})
    return read_predictions(pl.concat(tables), finding="x"), cohort


PREDICTIONS, COHORT = study()


def worth(predictions: pl.DataFrame = PREDICTIONS, cohort: pl.DataFrame = COHORT, **options: Any) -> Worth:  # noqa: ANN401  (as member_worth)
    recipe = {"ensemble": {"name": "all"}, "scores": {"rule": "mean"}} | options.pop("recipe", {})
    return member_worth(predictions, parse(recipe, FusionRecipe, where="fusion.toml"), cohort, "x", **options)


def test_a_copy_buys_nothing_and_noise_costs() -> None:
    gains = {one.name: one.gain for one in worth().members}
    assert gains["other"] is not None
    assert gains["other"].interval is not None
    assert gains["other"].interval.low > 0.02
    assert gains["noise"] is not None
    assert gains["noise"].interval is not None
    assert gains["noise"].interval.high < 0


def test_members_are_added_as_they_help_and_the_rest_is_seen_to_add_nothing() -> None:
    steps = worth().steps
    assert {step.added for step in steps[:2]} in ({"good", "other"}, {"copy", "other"})
    assert steps[1].gain is not None
    assert steps[1].gain.value > 0.05
    assert steps[-1].added == "noise"
    assert steps[-1].gain is not None
    assert steps[-1].gain.value < 0
    assert [step.seconds for step in steps] == pytest.approx([0.1, 0.2, 0.3, 0.4])


def test_who_errs_together_is_counted() -> None:
    found = {(one.first, one.second): one for one in worth().pairs}
    copy, other = found["copy", "good"], found["good", "other"]
    assert copy.together > 3 * copy.expected
    assert copy.correlation is not None
    assert copy.correlation.value > 0.9
    assert other.together == pytest.approx(other.expected, rel=0.2)
    assert other.correlation is not None
    assert other.correlation.interval is not None
    assert other.correlation.interval.low < 0 < other.correlation.interval.high


def test_an_errorless_member_correlates_with_nobody() -> None:
    scores = pl.DataFrame({"study": ["a", "b"] * 2, "model": ["m"] * 2 + ["n"] * 2, "score": [0.9, 0.1, 0.9, 0.9]})
    cohort = pl.DataFrame({"study": ["a", "b"], "split": "test", "label.x": [1, 0]})
    (pair,) = worth(read_predictions(scores, finding="x"), cohort).pairs
    assert (pair.together, pair.correlation) == (0, None)


def test_what_only_one_calls_right_is_counted() -> None:
    scores = pl.DataFrame({"study": ["a", "b", "c", "d"] * 2, "model": ["m"] * 4 + ["n"] * 4,
                           "score": [0.9, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9, 0.1]})  # fmt: skip
    cohort = pl.DataFrame({"study": ["a", "b", "c", "d"], "split": "test", "label.x": [1, 0, 1, 0]})
    found = {one.name: one for one in worth(read_predictions(scores, finding="x"), cohort).members}
    assert (found["m"].only_right, found["m"].only_wrong) == (1, 2)  # b; c and d
    assert (found["n"].only_right, found["n"].only_wrong) == (2, 1)


def test_no_member_is_weighed_where_it_was_tuned() -> None:
    with pytest.raises(WrongUsage, match="'tune' orders and fits them"):
        worth(split="tune")


def test_one_class_weighs_nobody() -> None:
    with pytest.raises(CannotJudge, match="one class of 'x' only"):
        worth(cohort=COHORT.with_columns(pl.lit(1).alias("label.x")))


def test_without_a_tuning_split_nothing_is_ordered() -> None:
    found = worth(cohort=COHORT.with_columns(split=pl.lit("test")))
    assert found.steps == ()
    assert found.notes == ("Without a tuning split that holds both classes, nothing orders the members.",)


def test_a_single_member_has_no_rest() -> None:
    (alone,) = worth(PREDICTIONS.filter(pl.col("model") == "good")).members
    assert alone.gain is None


def test_an_ensemble_of_boxes_is_fused_again_without_each_member() -> None:
    """Each detector finds its own half of the ill: without one of them, that half is lost."""
    studies = [f"s{i}" for i in range(60)]
    ill = np.arange(60) % 3 != 0
    rng = np.random.default_rng(0)
    parts, boxes = [], []
    for name, sees in (("m", np.arange(60) % 3 == 1), ("n", np.arange(60) % 3 == 2)):
        score = np.where(sees, 0.9, 0.05 + 0.1 * rng.random(60))
        parts.append(pl.DataFrame({"study": studies, "model": name, "score": score}))
        place = {"x0": 10.0, "y0": 10.0, "x1": 30.0, "y1": 30.0, "rows": 100, "columns": 100, "box": 0}
        keyed = {"study": studies, "model": name, "score": score, "finding": "x", "condition": "clean"}
        boxes.append(pl.DataFrame(keyed | place))
    cohort = pl.DataFrame({"study": studies, "split": "test", "label.x": ill.astype(int)})
    predictions, recipe = read_predictions(pl.concat(parts), finding="x"), {"scores": {"rule": "boxes"}}
    found = worth(predictions, cohort, recipe=recipe, regions=pl.concat(boxes))
    assert found.whole.value > 0.95
    assert [one.gain is not None and one.gain.value > 0.15 for one in found.members] == [True, True]
