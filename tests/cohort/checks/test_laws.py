"""Every installed check on a rich cohort, on a bare one, and on one that lacks or empties each column in turn."""

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from cohort.checks.laws import emptied, names_no_patients, obeys_the_laws, without
from fiducial import plugins
from fiducial.cohort.checks.contract import Check
from fiducial.cohort.table import FILES_SCHEMA, Cohort, validate_rows
from fiducial.files.tables import read_table

# Files tables that were written before images were looked at do not have these.
SEEN = [name for name in FILES_SCHEMA if name.startswith(("perceptual", "thumbnail", "overlay"))]


def rich_cohort() -> Cohort:
    n = 40
    rows = pl.DataFrame(
        {
            "study": [f"s{i:02d}" for i in range(n)],
            "patient": [None if i == 7 else f"p{i // 2}" for i in range(n)],
            "path": [f"s{i:02d}.png" for i in range(n)],
            "site": ["A", "B", "C", "C"] * (n // 4),
            "scanner": [f"scanner {i % 3}" for i in range(n)],
            "acquired": [f"20{10 + i % 7}-03-0{1 + i % 5}" for i in range(n)],
            "age": [155.0 if i == 3 else 40.0 + i for i in range(n)],
            "sex": ["F", "M", "male", "X"] * (n // 4),
            "split": ["train", "test", "test", "external"] * (n // 4),
            "label.pneumonia": [None if i == 5 else int(i % 4 == 0) for i in range(n)],
            "label.oedema": [0] * n,
            "tag.Manufacturer": [None if i % 4 == 0 else "Maker" for i in range(n)],
            "follow_up": list(range(n)),
            "empty": pl.Series([None] * n, dtype=pl.String),
            "portable": [i % 2 == 0 for i in range(n)],
        }
    )
    files = pl.DataFrame(
        {
            "path": rows["path"],
            "study": [None if i % 9 == 0 else f"s{i:02d}" for i in range(n)],
            "pixel_hash": [None if i % 9 == 0 else f"h{i // 2}" for i in range(n)],
            "flat": [i in {10, 11} for i in range(n)],
            "thumbnail": [None if i % 9 == 0 else thumbnail(i // 3) for i in range(n)],
            "overlay_boxes": [None if i % 9 == 0 else int(i % 4 == 0) for i in range(n)],
            "overlay_places": [None if i % 9 == 0 else "top left" * (i % 4 == 0) for i in range(n)],
            "reason": ["it ends early" if i % 9 == 0 else None for i in range(n)],
        },
    )
    files = files.select(
        (pl.col(name) if name in files.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in FILES_SCHEMA.items()
    )
    return Cohort(validate_rows(read_table(rows)), files, Path())


def thumbnail(seed: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 255, 1024).astype(np.uint8).tobytes()


def loaded(name: str) -> Check:
    check: Check = plugins.load("checks", name)()
    return check


@cache
def cohorts() -> dict[str, Cohort]:
    rich = rich_cohort()
    bare = Cohort(pl.DataFrame({"study": ["a", "b"]}), None, Path())
    no_files = Cohort(rich.rows, rich.files.clear() if rich.files is not None else None, rich.folder)
    columns = [name for name in rich.rows.columns if name != "study"]
    return {
        "rich": rich,
        "only study": bare,
        "no files": no_files,
        "files of before": Cohort(rich.rows, rich.files.drop(SEEN) if rich.files is not None else None, rich.folder),
        "one row": Cohort(rich.rows.head(1), rich.files, rich.folder),
        **{f"without {name}": without(rich, name) for name in columns},
        **{f"{name} empty": emptied(rich, name) for name in columns},
    }


@pytest.mark.parametrize("given", cohorts())
@pytest.mark.parametrize("name", plugins.names("checks"))
def test_every_check_obeys_the_laws(name: str, given: str) -> None:
    check = loaded(name)
    assert check.name == name
    if given == "one row":
        list(check.examine(cohorts()[given]))  # its files are of other studies
        return
    obeys_the_laws(check, cohorts()[given])


@pytest.mark.parametrize("given", ["without patient", "patient empty", "only study", "one class"])
@pytest.mark.parametrize("name", plugins.names("checks"))
def test_no_check_counts_rows_as_patients(name: str, given: str) -> None:
    rich = without(rich_cohort(), "patient")
    one_class = Cohort(rich.rows.with_columns(pl.col("^label.*$") * 0), rich.files, rich.folder)
    names_no_patients(loaded(name), {**cohorts(), "one class": one_class}[given])


@pytest.mark.parametrize("name", plugins.names("checks"))
def test_no_check_is_silent_on_a_cohort_that_shows_it_nothing(name: str) -> None:
    check = loaded(name)
    [finding] = check.examine(cohorts()["only study"])
    assert finding.message.startswith("Not checked")
