"""Which sites, scanners or days stay outside, named or drawn."""

from datetime import date

import numpy as np
import polars as pl

from fiducial.cohort.recipe import TIME, SplitRecipe
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.names import did_you_mean


def held_out(rows: pl.DataFrame, place: str, recipe: SplitRecipe, generator: np.random.Generator) -> tuple[str, ...]:
    """The values of ``place`` (site or scanner) that become external, sorted.

    Named by the recipe; otherwise drawn until its external share of the rows is reached. One value at least goes out
    and one at least stays inside.

    Raises:
        UnusableInput: no such column, or fewer than two values.
        WrongUsage: a named value does not occur, or all of them are named.
    """
    if place not in rows.columns:
        raise UnusableInput(f"the cohort has no column {place!r} to split by. Add it, or leave {place!r} out of `by`.")
    sizes = rows.filter(pl.col(place).is_not_null()).group_by(place).len().sort(place)
    values = sizes[place].to_list()
    if len(values) < 2:
        only = f"only {values[0]!r}" if values else "no value"
        raise UnusableInput(
            f"the column {place!r} has {only}, so none can be held out. Add rows of another {place}, or leave "
            f"{place!r} out of `by`."
        )
    if place in recipe.hold_out:
        return _named(recipe.hold_out[place], values, place)
    return _drawn(sizes, place, recipe.external_share * rows.height, generator)


def held_out_days(rows: pl.DataFrame, recipe: SplitRecipe) -> tuple[str, ...]:
    """The first day that is external, where the recipe names one.

    Raises:
        UnusableInput: the cohort has no dates.
        WrongUsage: no study is as late.
    """
    day = recipe.external_from()
    if day is None:
        return ()
    if "acquired" not in rows.columns or rows["acquired"].null_count() == rows.height:
        raise UnusableInput("to hold out a period the column 'acquired' (a date) is needed. Add it, or hold out none.")
    if not (rows["acquired"] >= day).any():
        last = rows.select(pl.col("acquired").max().cast(pl.String)).item()
        raise WrongUsage(f"no study was acquired on {day} or later; the last one is of {last}. Name an earlier day.")
    return (day.isoformat(),)


def stands_outside(place: str, values: tuple[str, ...]) -> pl.Expr:
    """Whether a row is external by its site or scanner, or by its date; null where that is unknown."""
    if place == TIME:
        return pl.col("acquired") >= date.fromisoformat(values[0])
    return pl.col(place).is_in(list(values))


def _named(named: tuple[str, ...], values: list[str], place: str) -> tuple[str, ...]:
    for value in named:
        if value not in values:
            hint = did_you_mean(value, values)
            raise WrongUsage(f"no row has {place} {value!r}.{hint} There are: {', '.join(values[:20])}.")
    if not named or set(named) == set(values):
        wrong = "no value of" if not named else "every"
        raise WrongUsage(f"{wrong} {place} is to be held out. One at least must go out and one must stay inside.")
    return tuple(sorted(set(named)))


def _drawn(sizes: pl.DataFrame, place: str, wanted: float, generator: np.random.Generator) -> tuple[str, ...]:
    drawn: list[str] = []
    rows = 0
    for index in generator.permutation(sizes.height)[:-1]:
        if rows >= wanted:
            break
        drawn.append(sizes[place][int(index)])
        rows += sizes["len"][int(index)]
    return tuple(sorted(drawn))
