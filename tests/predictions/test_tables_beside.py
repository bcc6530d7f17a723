"""The tables that stand beside predictions: attributions, features, measurements."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from fiducial.errors import UnusableInput
from fiducial.predictions.attributions import read_attributions
from fiducial.predictions.features import read_features
from fiducial.predictions.measurements import read_measurements

Read = Callable[[pl.DataFrame], pl.DataFrame]
ATTRIBUTION = {"study": "a", "region": "lungs", "method": "cam", "energy": 0.4, "finding": "x"}
FEATURES = {"study": "a", "f0": 0.5, "f1": -2.0}
MEASUREMENT = {"study": "a", "name": "volume", "value": 3.5}


def test_what_is_left_out_is_filled_in() -> None:
    found = read_attributions(pl.DataFrame([ATTRIBUTION])).row(0, named=True)
    assert found == ATTRIBUTION | {"model": "model", "condition": "clean", "area": None}
    assert read_features(pl.DataFrame([FEATURES])).row(0) == ("a", "model", "clean", 0.5, -2.0)
    assert read_measurements(pl.DataFrame([MEASUREMENT])).row(0, named=True)["unit"] == "1"


def test_the_finding_of_attributions_may_be_told_apart() -> None:
    bare = pl.DataFrame([ATTRIBUTION]).drop("finding")
    assert read_attributions(bare, finding="y")["finding"].to_list() == ["y"]


REFUSED: list[tuple[Read, dict[str, Any], str]] = [
    (read_attributions, ATTRIBUTION | {"energy": 1.2}, "energy"),
    (read_attributions, ATTRIBUTION | {"energy": None}, "energy"),
    (read_attributions, ATTRIBUTION | {"colour": 1}, "unknown column 'colour'"),
    (read_features, FEATURES | {"colour": 1}, "unknown column 'colour'"),
    (read_features, {"study": "a"}, "holds no feature"),
    (read_features, FEATURES | {"f1": None}, "f1"),
    (read_measurements, MEASUREMENT | {"value": None}, "value"),
    (read_measurements, MEASUREMENT | {"colour": 1}, "unknown column 'colour'"),
    (read_measurements, {"study": "a", "value": 1.0}, "name"),
]


@pytest.mark.parametrize(("read", "row", "told"), REFUSED)
def test_a_bad_table_is_refused_with_what_is_wrong(read: Read, row: dict[str, Any], told: str) -> None:
    with pytest.raises(UnusableInput, match=told):
        read(pl.DataFrame([row]))


@pytest.mark.parametrize(
    ("read", "row"),
    [(read_attributions, ATTRIBUTION), (read_features, FEATURES), (read_measurements, MEASUREMENT)],
)
def test_a_row_may_not_come_twice(read: Read, row: dict[str, Any]) -> None:
    with pytest.raises(UnusableInput, match=r"repeat|twice|again"):
        read(pl.DataFrame([row, row]))
