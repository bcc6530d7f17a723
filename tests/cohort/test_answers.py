"""What a criterion answers, on columns as CSV and Parquet bring them."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from fiducial.cohort.answers import answers, values_that_never_occur
from fiducial.cohort.criteria import Criterion
from fiducial.errors import UnusableInput
from fiducial.files.tables import Table


def asking(**test: object) -> Criterion:
    said = {"name": "n", "reason": "r", "column": "c", "missing": "keep"} | test
    return Criterion.model_validate({key: value for key, value in said.items() if value is not None})


def of(values: list[Any]) -> Table:
    return Table(pl.DataFrame({"c": values}, strict=False), "cohort.csv", 2)


@pytest.mark.parametrize(
    ("test", "values", "expected"),
    [
        ({"is": "PA"}, ["PA", "AP", None, " "], [True, False, None, None]),
        ({"is": 1}, ["1", "1.0", "x", ""], [True, True, False, None]),
        ({"is": True}, ["yes", "false", "True", "0"], [True, False, True, False]),
        ({"is": True}, [1, 0, None], [True, False, None]),
        ({"in": ["a", "b"]}, ["a", "c", None], [True, False, None]),
        ({"in": [1, 2.5]}, [1.0, 2.5, 3.0, float("nan")], [True, True, False, None]),
        ({"not_in": ["a"]}, ["a", "c", None], [False, True, None]),
        ({"between": [18, 90]}, [17.9, 18.0, 90.0, 90.1, None], [False, True, True, False, None]),
        ({"at_least": 18}, ["18", " 17", None], [True, False, None]),
        ({"at_most": 3}, [3, 4], [True, False]),
        ({"at_least": date(2020, 1, 1)}, [date(2019, 12, 31), date(2020, 1, 1), None], [False, True, None]),
        ({"at_most": date(2020, 1, 1)}, ["2019-12-31", "2020-01-02", ""], [True, False, None]),
        ({"matches": "(?i)^chest"}, ["Chest PA", "hand", None], [True, False, None]),
        ({"present": True, "missing": None}, ["a", None, ""], [True, False, False]),
        ({"present": False, "missing": None}, ["a", None, ""], [False, True, True]),
    ],
)
def test_a_criterion_answers_yes_no_or_missing(test: dict[str, Any], values: list[Any], expected: list[Any]) -> None:
    assert answers(asking(**test), of(values)).to_list() == expected


@pytest.mark.parametrize(
    ("test", "values", "told"),
    [
        ({"at_least": 18}, ["20", "old"], "cohort.csv: row 3: .* 'old', no number"),
        ({"at_least": date(2020, 1, 1)}, [20200101], "no date"),
        ({"at_least": 18}, [date(2020, 1, 1)], "no number"),
        ({"is": "PA"}, [1, 2], "holds Int64"),
    ],
)
def test_what_cannot_be_compared_is_told(test: dict[str, Any], values: list[Any], told: str) -> None:
    with pytest.raises(UnusableInput, match=told):
        answers(asking(**test), of(values))


def test_values_that_no_row_has_are_known() -> None:
    assert values_that_never_occur(asking(**{"in": ["PA", "LL"]}), of(["PA", "AP"])) == ["LL"]
