"""Ages and dates as DICOM and published tables write them."""

import re
from datetime import date

import polars as pl

from fiducial.files.tables import Table

_UNITS_A_YEAR = {"Y": 1.0, "M": 12.0, "W": 52.1775, "D": 365.25}
_AGE = re.compile(r"(\d{1,3})\s*([YMWD])|(-?\d+(?:\.\d+)?)", re.IGNORECASE)


def years(text: str) -> float | None:
    """An age in years from ``071Y``, ``018M``, ``006W``, ``010D`` or a plain number; None for anything else."""
    found = _AGE.fullmatch(text.strip())
    if not found:
        return None
    if found[3]:
        return float(found[3])
    return round(int(found[1]) / _UNITS_A_YEAR[found[2].upper()], 3)


def in_years(table: Table) -> Table:
    """The table with the forms of its ``age`` that we know turned into years; the others stay, and are told later."""
    if "age" not in table.frame.columns:
        return table
    ages = pl.col("age").cast(pl.String)
    found = {age: years(age) for age in table.frame.select(ages.unique().drop_nulls()).to_series()}
    told = {age: str(value) for age, value in found.items() if value is not None}
    return table.replace(table.frame.with_columns(ages.replace(told) if told else ages))


def day(text: str) -> date | None:
    """A date from ``20240229``, ``2024.02.29`` or ``2024-02-29``; None for anything else."""
    digits = re.sub(r"[.\-]", "", text.strip())
    try:
        return date.fromisoformat(digits) if len(digits) == 8 and digits.isdecimal() else None
    except ValueError:
        return None


def years_between(born: date, at: date) -> float:
    """Years from one day to another."""
    return round((at - born).days / 365.25, 3)
