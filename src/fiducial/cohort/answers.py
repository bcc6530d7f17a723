"""What a criterion answers, row by row: yes, no, or missing; a value that cannot be compared is told with its row."""

from datetime import date
from typing import Any

import polars as pl

from fiducial.cohort.criteria import Bound, Criterion, Value
from fiducial.errors import UnusableInput
from fiducial.files.names import did_you_mean
from fiducial.files.tables import Table

_TRUE = {"true": True, "1": True, "1.0": True, "yes": True, "false": False, "0": False, "0.0": False, "no": False}


def require_column(criterion: Criterion, table: Table, criteria: str) -> None:
    """Raises UnusableInput, with the nearest name, where the criterion's column is not in the table."""
    columns = table.frame.columns
    if criterion.column is not None and criterion.column not in columns:
        raise UnusableInput(
            f"{criteria}: the step {criterion.name!r} asks for the column {criterion.column!r}, which {table.name} "
            f"does not have.{did_you_mean(criterion.column, columns)} It has: {', '.join(columns)}."
        )


def answers(criterion: Criterion, table: Table) -> pl.Series:
    """Boolean, (rows,): whether each row meets the criterion; null where its value is missing.

    Missing are null, NaN and blank text. ``present`` answers every row.

    Raises:
        UnusableInput: a value, or the criterion, is of a kind that the other cannot be compared with.
    """
    column = _without_blanks(table.frame[str(criterion.column)])
    match criterion.test:
        case "present":
            return column.is_not_null() if criterion.present else column.is_null()
        case "matches":
            return column.cast(pl.String).str.contains(str(criterion.matches))
        case "is" | "in" | "not_in":
            found = _is_any(column, wanted_values(criterion), criterion)
            return ~found if criterion.not_in is not None else found
        case _:
            low, high = _ends(criterion)
            values = comparable(column, low if low is not None else high, criterion, table)
            return _within(values, low, high)


def wanted_values(criterion: Criterion) -> tuple[Value, ...]:
    """The values that the criterion names; none where it names no values."""
    if criterion.is_ is not None:
        return (criterion.is_,)
    return criterion.in_ or criterion.not_in or ()


def values_that_never_occur(criterion: Criterion, table: Table) -> list[Value]:
    """Those of the named values that no row has: a slip of the pen, often."""
    column = _without_blanks(table.frame[str(criterion.column)]) if criterion.column else pl.Series([])
    return [value for value in wanted_values(criterion) if not _is_any(column, (value,), criterion).any()]


def comparable(column: pl.Series, bound: Any, criterion: Criterion, table: Table) -> pl.Series:  # noqa: ANN401  (a number or a date)
    """The column as numbers, or as dates where the bound is one.

    Raises:
        UnusableInput: a value is neither missing nor of that kind.
    """
    wants_date = isinstance(bound, date)
    if wants_date and column.dtype == pl.String:
        values = column.str.strip_chars().str.to_date("%Y-%m-%d", strict=False)
    elif wants_date:
        values = (
            column.cast(pl.Date)
            if column.dtype in (pl.Date, pl.Datetime)
            else pl.Series([None] * column.len(), dtype=pl.Date)
        )
    elif column.dtype.is_temporal() or column.dtype.is_nested():
        values = pl.Series([None] * column.len(), dtype=pl.Float64)
    else:
        text = column.str.strip_chars() if column.dtype == pl.String else column
        values = text.cast(pl.Float64, strict=False)
    wrong = values.is_null() & column.is_not_null()
    if wrong.any():
        index = int(wrong.arg_max() or 0)
        raise UnusableInput(
            f"{table.row(index)}: the step {criterion.name!r} compares {criterion.column} with {bound}, and the value "
            f"there is {column[index]!r}, no {'date' if wants_date else 'number'} ({int(wrong.sum()):,} rows). Correct "
            "it or leave it empty, or take out those rows in an earlier step."
        )
    return values


def _without_blanks(column: pl.Series) -> pl.Series:
    if column.dtype == pl.String:
        return column.set(column.str.strip_chars() == "", None)
    return column.fill_nan(None) if column.dtype.is_float() else column


def _ends(criterion: Criterion) -> tuple[Bound | None, Bound | None]:
    return criterion.between if criterion.between is not None else (criterion.at_least, criterion.at_most)


def _within(values: pl.Series, low: Bound | None, high: Bound | None) -> pl.Series:
    inside = values.is_not_null()
    if low is not None:
        inside &= (values >= low).fill_null(value=False)
    if high is not None:
        inside &= (values <= high).fill_null(value=False)
    return inside.set(values.is_null(), None)


def _is_any(column: pl.Series, wanted: tuple[Value, ...], criterion: Criterion) -> pl.Series:
    found = pl.Series([False]).new_from_index(0, column.len())
    for value in wanted:
        found |= _is(column, value, criterion).fill_null(value=False)
    return found.set(column.is_null(), None)


def _is(column: pl.Series, value: Value, criterion: Criterion) -> pl.Series:
    text = column.dtype in (pl.String, pl.Categorical) or isinstance(column.dtype, pl.Enum)
    if text and isinstance(value, bool):
        words = column.cast(pl.String).str.strip_chars().str.to_lowercase()
        return words.replace_strict(_TRUE, default=None, return_dtype=pl.Boolean) == value
    if text and isinstance(value, int | float):
        return column.cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False) == value
    if text:
        return column.cast(pl.String) == str(value)
    if isinstance(value, date) and column.dtype in (pl.Date, pl.Datetime):
        return column.cast(pl.Date) == value
    if isinstance(value, str | date) or not (column.dtype.is_numeric() or column.dtype == pl.Boolean):
        raise UnusableInput(
            f"the step {criterion.name!r} compares {criterion.column} with {value!r}, and that column holds "
            f"{column.dtype}. Write the value as the table has it."
        )
    return column.cast(pl.Float64) == float(value)
