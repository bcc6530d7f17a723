"""A table that is joined to de-identified copies: keys are mapped, strata kept, and anything else is left out."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import polars as pl

from fiducial.cohort.deidentify.pseudonyms import Pseudonyms
from fiducial.cohort.layouts.ages import in_years
from fiducial.cohort.table import LABEL_PREFIX, give_types
from fiducial.files.tables import Table

OLDEST = 90.0
MOST_VALUES = 12  # of a stratum: what has more may single someone out
_LONGEST = 40
_FEWEST_ROWS = 2  # a value that one row alone bears points at someone
_UNCHANGED = ("split", "scanner", "sex")
_TELLING_NAME = re.compile(
    r"name|physician|doctor|radiolog|reader|operator|technic|nurse|referr|perform|phone|mail|addr|zip|postal|city|birth|"
    r"dob|mrn|accession|ssn|insur|comment|note|report|history|text|file|path|url|date|time|uid|(^|_)id$|patient",
    re.IGNORECASE,
)
_TELLING_VALUE = re.compile(r"\^|@|\bDr\b|\d{4}-?\d\d-?\d\d|\d{6,}|\d+(\.\d+){3,}")


def without_identifiers(
    table: Table, pseudonyms: Pseudonyms, copy_of: Callable[[str], str]
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The columns that may go along, under the cohort's names, and notes about those that may not.

    ``copy_of`` gives the path of the copy for what the table calls a file.

    Raises:
        UnusableInput: a value does not fit its column.
    """
    frame = give_types(in_years(table)).frame
    maps: dict[str, Callable[[str], str]] = {
        "patient": pseudonyms.patient, "site": pseudonyms.site, "path": copy_of,
        "study": pseudonyms.uid, "series": pseudonyms.uid, "image": pseudonyms.uid,
    }  # fmt: skip
    kept: list[pl.Series] = []
    dropped = []
    for name in frame.columns:
        column = frame[name]
        if name in maps:
            kept.append(_mapped(column, maps[name]))
        elif name == "age":
            kept.append(column.clip(upper_bound=OLDEST))
        elif name == "acquired" and "patient" in frame.columns:
            kept.append(_shifted(column, frame["patient"], pseudonyms))
        elif name in _UNCHANGED or name.startswith(LABEL_PREFIX) or _is_stratum(column):
            kept.append(column)
        else:
            dropped.append(name)
    notes = (f"left out of the table, since they may identify: {_told(dropped)}",) if dropped else ()
    return pl.DataFrame(kept), notes


def _mapped(column: pl.Series, stand_in: Callable[[str], str]) -> pl.Series:
    values = [None if value is None else stand_in(str(value).strip()) for value in column]
    return pl.Series(column.name, values, dtype=pl.String)


def _shifted(dates: pl.Series, patients: pl.Series, pseudonyms: Pseudonyms) -> pl.Series:
    def moved(at: Any, patient: str | None) -> Any:  # noqa: ANN401  (a date or nothing)
        return None if at is None or patient is None else at + timedelta(pseudonyms.days(patient.strip()))

    return pl.Series(dates.name, [moved(*pair) for pair in zip(dates, patients, strict=True)], dtype=pl.Date)


def _is_stratum(column: pl.Series) -> bool:
    """Whether a column of unknown meaning says something of groups, not of one person."""
    if _TELLING_NAME.search(column.name) or column.dtype.is_temporal() or column.dtype.is_nested():
        return False
    values = Counter(column.drop_nulls().cast(pl.String))
    if not values or len(values) > MOST_VALUES or min(values.values()) < _FEWEST_ROWS:
        return False
    return not any(len(value) > _LONGEST or _TELLING_VALUE.search(value) for value in values)


def _told(names: list[str]) -> str:
    return f"{len(names)} columns ({', '.join(names)})" if len(names) > 1 else f"the column {names[0]}"
