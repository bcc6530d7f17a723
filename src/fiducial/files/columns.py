"""Columns of text into columns of a type; a value that does not fit is told with its row and the remedy."""

from collections.abc import Iterable

import polars as pl

from fiducial.errors import UnusableInput
from fiducial.files.names import did_you_mean
from fiducial.files.tables import Table

DATE_FORMATS = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d")


def require_columns(table: Table, needed: Iterable[str], remedy: str = "") -> None:
    """Raises UnusableInput unless every needed column is there; ``remedy`` is told where no name comes near."""
    for name in needed:
        if name not in table.frame.columns:
            there = table.frame.columns
            hint = did_you_mean_column(name, there) or (remedy and f" {remedy}")
            raise UnusableInput(f"{table.name}: has no column {name!r}; it has {', '.join(there)}.{hint}")


def did_you_mean_column(name: str, columns: Iterable[str]) -> str:
    """A hint at the column that was probably meant, and how to rename it."""
    hint = did_you_mean(name, columns)
    return f"{hint} Rename that column to {name!r}." if hint else ""


def refuse_unknown(table: Table, columns: tuple[str, ...], kind: str) -> None:
    """Raises UnusableInput at a column that a table of this kind does not have."""
    for name in table.frame.columns:
        if name not in columns:
            raise UnusableInput(
                f"{table.name}: unknown column {name!r}.{did_you_mean(name, columns)} "
                f"{kind} has: {', '.join(columns)}. Rename or drop it."
            )


def refuse_nulls(table: Table, name: str) -> None:
    """Raises UnusableInput at the first row where the column is empty."""
    empty = table.frame[name].is_null()
    if empty.any():
        raise UnusableInput(f"{table.row(_first(empty))}: {name} is empty. Fill it in or remove the row.")


def refuse_repeats(table: Table, key: list[str]) -> None:
    """Raises UnusableInput at the first row whose key stood in an earlier row."""
    if table.frame.select(pl.struct(key).hash().n_unique()).item() == table.frame.height:
        return  # as many hashes as rows: comparing the keys themselves would take several times the memory
    again = ~table.frame.select(pl.struct(key).is_first_distinct()).to_series()
    if again.any():
        index = _first(again)
        row = table.frame.select(key).row(index)
        told = ", ".join(f"{name}={value!r}" for name, value in zip(key, row, strict=True))
        earlier = _first(table.frame.select(pl.struct(key) == pl.struct(key).slice(index, 1).first()).to_series())
        raise UnusableInput(
            f"{table.row(index)}: repeats {told} of row {earlier + table.first_row} ({int(again.sum())} rows repeat). "
            "Each may stand once: remove the copies."
        )


def as_text(table: Table, name: str) -> pl.Series:
    """The column as strings without spaces around them, null where empty; whole numbers without a decimal point."""
    column = table.frame[name]
    if column.dtype.is_float():
        column = column.fill_nan(None)
        if (column.is_null() | (column == column.round(0))).all():
            column = column.cast(pl.Int64)
    text = column.cast(pl.String).str.strip_chars()
    return text.replace("", None)


def as_number(table: Table, name: str, *, low: float | None = None, high: float | None = None) -> pl.Series:
    """The column as Float64 within [low, high]; null where empty.

    Raises:
        UnusableInput: a value is not a finite number or lies outside.
    """
    raw = table.frame[name]
    column = raw.str.strip_chars() if raw.dtype == pl.String else raw
    try:
        numbers = column.cast(pl.Float64, strict=False)
    except pl.exceptions.PolarsError:
        numbers = pl.Series(name, [None] * raw.len(), dtype=pl.Float64)
    expected = _expected(low, high)
    wrong = (numbers.is_null() & raw.is_not_null()) | ~numbers.is_finite().fill_null(value=True)
    if low is not None:
        wrong |= (numbers < low).fill_null(value=False)
    if high is not None:
        wrong |= (numbers > high).fill_null(value=False)
    _refuse(table, name, raw, wrong, expected)
    return numbers


def as_label(table: Table, name: str) -> pl.Series:
    """The column as Int8: 0, 1 or null; ``true``/``false`` count as 1/0.

    Raises:
        UnusableInput: any other value.
    """
    raw = table.frame[name]
    if raw.dtype == pl.Boolean:
        return raw.cast(pl.Int8)
    text = raw.cast(pl.String, strict=False).str.strip_chars().str.to_lowercase()
    words = {"0": 0, "1": 1, "0.0": 0, "1.0": 1, "false": 0, "true": 1}
    labels = text.replace_strict(words, default=None, return_dtype=pl.Int8)
    _refuse(table, name, raw, labels.is_null() & raw.is_not_null(), "0, 1 or empty")
    return labels


def as_date(table: Table, name: str) -> pl.Series:
    """The column as Date, from ``2024-02-29``, ``20240229`` or ``2024/02/29``.

    Raises:
        UnusableInput: any other form, or a day that the calendar does not have.
    """
    raw = table.frame[name]
    if raw.dtype == pl.Date:
        return raw
    if raw.dtype == pl.Datetime:
        return raw.cast(pl.Date)
    text = as_text(table, name).str.strip_chars().str.slice(0, 10)
    tries = [text.str.to_date(form, strict=False) for form in DATE_FORMATS]
    dates = pl.select(pl.coalesce(tries)).to_series().alias(name)
    _refuse(table, name, raw, dates.is_null() & raw.is_not_null(), "a date like 2024-02-29")
    return dates


def as_choice(table: Table, name: str, choices: tuple[str, ...]) -> pl.Series:
    """The column as strings out of ``choices``, or null.

    Raises:
        UnusableInput: any other value.
    """
    text = as_text(table, name)
    wrong = text.is_not_null() & ~text.is_in(list(choices))
    _refuse(table, name, text, wrong, f"one of {', '.join(choices)}")
    return text


def _refuse(table: Table, name: str, raw: pl.Series, wrong: pl.Series, expected: str) -> None:
    if wrong.any():
        index = _first(wrong)
        more = int(wrong.sum()) - 1
        others = f" ({more} more {'row is' if more == 1 else 'rows are'} wrong, too)" if more else ""
        raise UnusableInput(
            f"{table.row(index)}: {name} must be {expected}; got {raw[index]!r}{others}. Correct it or leave it empty."
        )


def _first(mask: pl.Series) -> int:
    index = mask.arg_max()
    return 0 if index is None else int(index)


def _expected(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return "a number"
    if low is not None and high is not None:
        return f"a number from {low:g} to {high:g}"
    return f"a number of {low:g} or more" if low is not None else f"a number of {high:g} or less"
