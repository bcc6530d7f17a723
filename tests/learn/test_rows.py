"""Training sees train and tune, and nothing of any other split."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.cohort.table import SPLITS, read_cohort
from fiducial.errors import CannotJudge, UnusableInput, WrongUsage
from fiducial.learn.cache import Preparing, open_cache
from fiducial.learn.rows import TrainingRows, strange_sites
from fiducial.scans.preparation.preparing import parse_steps
from learn import made


def seen(table: pl.DataFrame) -> TrainingRows:
    return TrainingRows.of(read_cohort(table), ("square",))


@given(st.lists(st.sampled_from(SPLITS), min_size=1, max_size=12))
def test_no_row_of_another_split_comes_in(others: list[str]) -> None:
    table = made.rows()
    more = made.rows(len(others), 0, 0).with_columns(
        split=pl.Series(others), study=pl.col("study") + "x", patient=pl.col("patient") + "x"
    )
    found = seen(pl.concat([table, more]))
    judged = set(more.filter(~pl.col("split").is_in(["train", "tune"]))["study"])
    assert not judged & set(found.studies)
    assert set(found.cohort.rows["split"]) == {"train", "tune"}


@pytest.mark.parametrize("split", ["test", "external", "all"])
def test_asking_for_a_split_that_is_judged_raises(split: str) -> None:
    with pytest.raises(WrongUsage, match="may not touch the split"):
        seen(made.rows()).only(split)


def test_pixels_of_a_test_study_cannot_be_read(tmp_path: Path) -> None:
    made.write(tmp_path)
    found = TrainingRows.of(read_cohort(tmp_path / "cohort.csv"), ("square",))
    steps = parse_steps([{"step": "resize", "rows": 8, "columns": 8}], where="here")
    cache = open_cache(found.images(), Preparing(steps), tmp_path / "cache")
    assert cache.read("s0").shape == (1, 8, 8)
    with pytest.raises(UnusableInput, match="not among the pictures of training and tuning"):
        cache.read("s40")  # of the test split


def test_a_patient_in_train_and_test_is_refused() -> None:
    table = made.rows().with_columns(patient=pl.col("patient").replace("p40", "p0"))
    with pytest.raises(UnusableInput, match="such as 'p0' in test and train"):
        seen(table)


def test_a_patient_twice_among_the_judged_is_no_affair_of_training() -> None:
    seen(made.rows().with_columns(patient=pl.col("patient").replace("p40", "p41")))


def test_a_class_that_nobody_has_is_told() -> None:
    table = made.rows().with_columns(pl.when(pl.col("split") != "tune").then(pl.col("label.square")).otherwise(0))
    with pytest.raises(CannotJudge, match="'tune' has 0 studies with it and 12 without"):
        seen(table.rename({"label.square": "label.square"}))


def test_one_patient_is_too_few() -> None:
    table = made.rows().with_columns(
        patient=pl.when(pl.col("split") == "train").then(pl.lit("p0")).otherwise("patient")
    )
    with pytest.raises(CannotJudge, match="has 1 patients"):
        seen(table)


def test_a_missing_label_is_nan_and_a_row_without_any_is_left_out() -> None:
    table = made.rows().with_columns(
        pl.col("label.square").alias("label.ring"),
        pl.when(pl.col("study").is_in(["s0", "s1"])).then(None).otherwise(pl.col("label.square")).alias("label.square"),
    )
    table = table.with_columns(pl.when(pl.col("study") == "s0").then(None).otherwise("label.ring").alias("label.ring"))
    found = TrainingRows.of(read_cohort(table), ("square", "ring"))
    assert found.studies[0] == "s1"
    assert np.isnan(found.labels[0]).tolist() == [True, False]


def test_a_site_of_the_tuning_split_alone_is_named() -> None:
    table = made.rows().with_columns(site=pl.when(pl.col("study") == "s30").then(pl.lit("north")).otherwise("site"))
    assert strange_sites(seen(table)) == ["north"]


def test_an_unknown_finding_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnusableInput, match="Did you mean 'square'"):
        TrainingRows.of(read_cohort(made.rows()), ("sqare",))


def shares(seed: int) -> list[set[str]]:
    table = made.rows(train=200)
    known = seen(table)
    return [set(known.with_share(share, seed).studies) for share in (0.01, 0.1, 0.5, 1.0)]


def test_shares_of_labels_are_nested_and_drawn_by_the_seed() -> None:
    one, other = shares(0), shares(1)
    assert all(less <= more for less, more in pairwise(one))
    assert [len(some) for some in one] == [2, 20, 100, 200]
    assert one[1] != other[1]


def test_a_share_of_labels_takes_whole_patients_and_as_many_ill_as_there_are() -> None:
    table = made.rows(train=120).with_columns((pl.int_range(pl.len()) // 4).cast(pl.String).alias("patient"))
    table = table.with_columns((pl.col("patient").cast(pl.Int64) % 3 == 0).cast(pl.Int64).alias("label.square"))
    train = seen(table).with_share(0.2, 3)
    assert train.cohort.rows.group_by("patient").len()["len"].to_list() == [4] * 6
    assert train.labels.sum() == 2 * 4


def test_a_share_of_labels_leaves_tune_whole() -> None:
    known = seen(made.rows())
    assert set(known.with_share(0.5, 0).cohort.rows["split"]) == {"train"}


def test_rows_without_a_label_are_looked_at_in_train_alone() -> None:
    table = made.rows().with_columns(pl.lit(1).alias("label.other"))
    none = pl.col("study").is_in(["s0", "s1", "s30", "s40"])
    table = table.with_columns(pl.when(~none).then("label.square").alias("label.square"))
    cohort = read_cohort(table)
    every = TrainingRows.of(cohort, ("square",)).with_unlabelled(cohort)
    assert every.studies == [f"s{number}" for number in range(24)]
    assert "label.other" not in every.cohort.rows.columns
