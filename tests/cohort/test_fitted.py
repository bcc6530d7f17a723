"""A fitted transform's file says on what it was fitted, and is read back as it was written."""

import hashlib
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.cohort.fitted import FittedTransform, read_fitted, record_fit
from fiducial.errors import UnusableInput, WrongUsage

COHORT = pl.DataFrame({"study": list("dcba"), "split": ["train", "train", "test", None]})


def fitted(rows: list[bool] | list[str]) -> FittedTransform:
    return record_fit(COHORT, rows, name="grey", kind="z-score", parameters={"mean": 1.5})


def test_a_file_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    record = fitted([True, True, True, True])
    assert read_fitted(record.save(tmp_path / "t.json")) == record


def test_rows_are_counted_by_split() -> None:
    counts = {name: part.count for name, part in fitted([True, True, True, True]).splits.items()}
    assert counts == {"train": 2, "test": 1, "none": 1}


@given(st.permutations(list("dcb")))
def test_the_order_of_the_rows_does_not_matter(order: list[str]) -> None:
    assert fitted(order) == fitted([True, True, True, False])


def test_the_hash_is_that_of_the_sorted_keys_one_a_line() -> None:
    assert fitted(["d", "c"]).fitted_on.hash == f"sha256:{hashlib.sha256(b'c' + bytes([10]) + b'd').hexdigest()}"


def test_keys_are_left_out_where_asked(tmp_path: Path) -> None:
    path = fitted(["a"]).save(tmp_path / "t.json", keys=False)
    assert "keys" not in json.loads(path.read_text())["fitted_on"]
    assert read_fitted(path).keys is None


@pytest.mark.parametrize(("rows", "said"), [(["x"], "is no study"), ([True], "mask has 1"), ([False] * 4, "no row")])
def test_rows_that_are_not_there_are_refused(rows: list[str] | list[bool], said: str) -> None:
    with pytest.raises(WrongUsage, match=said):
        fitted(rows)


def test_parameters_that_are_no_json_are_refused(tmp_path: Path) -> None:
    record = record_fit(COHORT, ["a"], name="grey", kind="z", parameters={"mean": np.zeros(2)})
    with pytest.raises(WrongUsage, match="cannot be written as JSON"):
        record.save(tmp_path / "t.json")
    assert not (tmp_path / "t.json").exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "other/1"}'])
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.json").write_text(text)
    with pytest.raises(UnusableInput, match=r"is no fiducial\.fitted-transform/1"):
        read_fitted(tmp_path / "t.json")
