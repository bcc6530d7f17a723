"""The order of dates within a row and of visits within a patient."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from fiducial.files.columns import DATE_FORMATS

_FOLLOW_UPS = ("follow_up", "followup", "follow_up_number", "visit")
_MOSTLY_DATES = 0.95


@dataclass(frozen=True, slots=True)
class Dates:
    """A column read as dates, (rows,); null where a cell is none."""

    name: str
    dates: pl.Series


@dataclass(frozen=True, slots=True)
class Steps:
    """Visits in an order that contradicts ``says``: each with the visit before it, by patient.

    ``pairs``: ``before`` and ``study``, one row a contradiction. ``rows``: both rows of the cohort.
    """

    says: str
    pairs: pl.DataFrame
    rows: pl.DataFrame


def date_columns(rows: pl.DataFrame) -> list[Dates]:
    """Every column of dates, also of dates written as text."""
    found = []
    for name in rows.columns:
        column = rows[name]
        if column.dtype == pl.Datetime:
            column = column.cast(pl.Date)
        if column.dtype == pl.String:
            column = _parsed(column)
        if column.dtype == pl.Date and column.null_count() < column.len():
            found.append(Dates(name, column))
    return found


def backward_pairs(rows: pl.DataFrame) -> Iterator[tuple[Dates, Dates]]:
    """Pairs whose order is known: birth comes before every other date, and every other date before death."""
    dates = date_columns(rows)
    births = [one for one in dates if "birth" in one.name.lower()]
    deaths = [one for one in dates if "death" in one.name.lower()]
    others = [one for one in dates if one not in births and one not in deaths]
    for early in births:
        yield from ((early, late) for late in others + deaths)
    for late in deaths:
        yield from ((early, late) for early in others if early.name == "acquired")


def contradicting_steps(rows: pl.DataFrame) -> Iterator[Steps]:
    """Visits that go forward by number or date while the date or the age (by more than a year) goes back."""
    if "patient" not in rows.columns:
        return
    for clock in (*_FOLLOW_UPS, "acquired"):
        if clock not in rows.columns:
            continue
        if "acquired" in rows.columns and clock != "acquired":
            yield _steps(rows, clock, pl.col("acquired").cast(pl.Int32), 0, f"the date goes back while {clock} goes up")
        if "age" in rows.columns:
            yield _steps(rows, clock, pl.col("age"), 1, f"the age falls by more than a year while {clock} goes up")


def _steps(rows: pl.DataFrame, clock: str, value: pl.Expr, slack: float, says: str) -> Steps:
    """Steps from one visit to the next of a patient at which ``value`` falls by more than ``slack``."""
    keys = rows.select(
        "study", "patient", clock=pl.col(clock).to_physical().cast(pl.Float64, strict=False), value=value
    ).drop_nulls()
    visits = keys.sort("patient", "clock", "study").with_columns(
        before=pl.col("study").shift().over("patient"),
        fell=(pl.col("value").shift() - pl.col("value")).over("patient") > slack,
        later=pl.col("clock").diff().over("patient") > 0,
    )
    pairs = visits.filter(pl.col("fell"), pl.col("later")).select("before", "study")
    of_both = pairs.select(study=pl.concat_list("before", "study")).explode("study")
    path = [name for name in ("path",) if name in rows.columns]
    both = of_both.unique("study", keep="first", maintain_order=True).join(
        rows.select("study", *path), on="study", how="left", maintain_order="left"
    )
    return Steps(says, pairs, both)


def _parsed(text: pl.Series) -> pl.Series:
    """Dates out of text where nearly all of it is dates; otherwise the text itself."""
    written = text.drop_nulls()
    tries = [written.head(100).str.to_date(form, strict=False) for form in DATE_FORMATS]
    known = pl.select(pl.coalesce(tries)).to_series()
    if not known.len() or known.len() - known.null_count() < _MOSTLY_DATES * known.len():
        return text
    return pl.select(pl.coalesce([text.str.to_date(form, strict=False) for form in DATE_FORMATS])).to_series()
