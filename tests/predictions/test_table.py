"""The waist: what a vendor's table may be, and what it may not."""

import polars as pl
import pytest

from fiducial.errors import UnusableInput
from fiducial.predictions.table import only_clean, read_predictions, select


def table(**columns: list[object]) -> pl.DataFrame:
    return pl.DataFrame({"study": ["a", "b"], "score": [0.2, 0.9], **columns}, strict=False)


def test_a_table_of_studies_and_scores_is_enough() -> None:
    read = read_predictions(table(), finding="pneumonia")
    assert read.select("finding", "condition", "abstained").row(0) == ("pneumonia", "clean", False)


def test_a_table_without_findings_must_be_told_its_finding() -> None:
    with pytest.raises(UnusableInput, match="no column 'finding'"):
        read_predictions(table())


def test_an_unknown_column_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnusableInput, match=r"unknown column 'secnds'\. Did you mean 'seconds'"):
        read_predictions(table(secnds=[1, 2]), finding="x")


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_score_outside_its_range_is_refused(score: float) -> None:
    with pytest.raises(UnusableInput, match="row 1: score must be a number from 0 to 1"):
        read_predictions(table(score=[0.5, score]), finding="x")


def test_a_missing_score_needs_a_reason() -> None:
    with pytest.raises(UnusableInput, match="score is empty and no reason says why"):
        read_predictions(table(score=[0.5, None]), finding="x")


def test_a_missing_score_with_a_reason_is_kept() -> None:
    read = read_predictions(table(score=[0.5, None], reason=[None, "file unreadable"]), finding="x")
    assert read["score"].null_count() == 1


def test_a_reason_beside_a_score_needs_an_abstention() -> None:
    with pytest.raises(UnusableInput, match="set abstained to 1"):
        read_predictions(table(reason=[None, "outside support"]), finding="x")


def test_an_abstention_keeps_score_and_reason() -> None:
    read = read_predictions(table(reason=[None, "outside support"], abstained=[0, 1]), finding="x")
    assert read["abstained"].to_list() == [False, True]


def test_a_repeated_key_is_refused() -> None:
    with pytest.raises(UnusableInput, match="repeats study='a'"):
        read_predictions(table(study=["a", "a"]), finding="x")


def test_a_study_may_have_several_conditions() -> None:
    both = table(study=["a", "a"], condition=["clean", "noise:2"])
    assert only_clean(read_predictions(both, finding="x"), where="t").height == 1


def test_several_models_need_a_choice() -> None:
    read = read_predictions(table(model=["m1", "m2"]), finding="x")
    with pytest.raises(UnusableInput, match=r"several models \(m1, m2\)"):
        select(read, finding="x", model=None, where="t")


def test_a_mistyped_finding_is_guessed() -> None:
    read = read_predictions(table(finding=["pneumonia"] * 2))
    with pytest.raises(UnusableInput, match="Did you mean 'pneumonia'"):
        select(read, finding="pneumona", model=None, where="t")
