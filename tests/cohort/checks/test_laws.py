"""Every installed check on a rich cohort, on a bare one, and on one that lacks or empties each column in turn."""

from pathlib import Path

import polars as pl
import pytest

from cohort.checks.laws import emptied, obeys_the_laws, without
from fiducial import plugins
from fiducial.cohort.checks.contract import Check
from fiducial.cohort.table import FILES_SCHEMA, Cohort, validate_rows
from fiducial.files.tables import read_table


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
            "reason": ["it ends early" if i % 9 == 0 else None for i in range(n)],
        },
        schema={**{name: FILES_SCHEMA[name] for name in ("path", "study", "pixel_hash", "flat", "reason")}},
    )
    return Cohort(validate_rows(read_table(rows)), files, Path())


def loaded(name: str) -> Check:
    check: Check = plugins.load("checks", name)()
    return check


def cohorts() -> dict[str, Cohort]:
    rich = rich_cohort()
    bare = Cohort(pl.DataFrame({"study": ["a", "b"]}), None, Path())
    no_files = Cohort(rich.rows, rich.files.clear() if rich.files is not None else None, rich.folder)
    columns = [name for name in rich.rows.columns if name != "study"]
    return {
        "rich": rich,
        "only study": bare,
        "no files": no_files,
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


@pytest.mark.parametrize("name", plugins.names("checks"))
def test_no_check_is_silent_on_a_cohort_that_shows_it_nothing(name: str) -> None:
    check = loaded(name)
    [finding] = check.examine(cohorts()["only study"])
    assert finding.message.startswith("Not checked")
