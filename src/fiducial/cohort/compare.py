"""How two groups of rows differ in age, sex, place, labels and strata: standardised differences, largest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.cohort.checks.words import percent
from fiducial.cohort.table import LABEL_PREFIX, Cohort
from fiducial.stats.balance import (
    LIKELY_BIAS,
    WORTH_A_LOOK,
    Standardised,
    difference_of_categories,
    difference_of_numbers,
    difference_of_shares,
)

_MOST_CATEGORIES = 20
_MOSTLY_NUMBERS = 0.95
_NAMED = ("age", "sex", "site", "scanner", "acquired")


class Loudness(StrEnum):
    """Loudest first."""

    LIKELY_BIAS = "likely bias"
    WORTH_A_LOOK = "worth a look"
    CANNOT_TELL = "too few to tell"
    ALIKE = "alike"


@dataclass(frozen=True, slots=True)
class Variable:
    """A column ready to be compared. ``values``, ``known``: (rows,); codes of ``levels`` where it has any."""

    name: str
    values: NDArray[np.float64]
    known: NDArray[np.bool_]
    levels: tuple[str, ...] = ()
    share: bool = False
    day: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """One variable in two groups; ``first`` and ``second`` say in words what each has."""

    variable: str
    found: Standardised
    first: str
    second: str
    n_first: int  # rows with a value
    n_second: int
    level: str | None = None  # of categories: the one that differs most, which ``first`` and ``second`` speak of
    surely: bool = True  # whether 0 is left out also after Bonferroni's correction for all looks

    @property
    def loudness(self) -> Loudness:
        """Above 0.25 likely bias, above 0.1 worth a look, where chance is no explanation, nor the number of looks."""
        if self.found.beyond_chance and self.surely:
            if self.found.size > LIKELY_BIAS:
                return Loudness.LIKELY_BIAS
            return Loudness.WORTH_A_LOOK if self.found.size > WORTH_A_LOOK else Loudness.ALIKE
        interval = self.found.interval
        reaches = interval is None or max(-interval.low, interval.high) > LIKELY_BIAS
        return Loudness.CANNOT_TELL if reaches and self.found.size > WORTH_A_LOOK else Loudness.ALIKE

    def document(self) -> dict[str, Any]:
        """The difference as JSON carries it; ``smd`` is null where the groups share no value."""
        interval = self.found.interval
        return {
            "variable": self.variable,
            "level": self.level,
            "smd": self.found.value if np.isfinite(self.found.value) else None,
            "low": interval.low if interval else None,
            "high": interval.high if interval else None,
            "first": self.first,
            "second": self.second,
            "n_first": self.n_first,
            "n_second": self.n_second,
            "loudness": str(self.loudness),
        }

    def told(self, of_first: str, of_second: str) -> str:
        """``age 61.2 dropped, 46.0 kept (SMD 0.81, 0.78 to 0.84)``."""
        interval = self.found.interval
        size = f"SMD {self.found.value:.2f}" if np.isfinite(self.found.value) else "nothing in common"
        reach = f", {interval.low:.2f} to {interval.high:.2f}" if interval else ""
        name = self.variable if self.level is None else f"{self.variable}={self.level}"
        return f"{name} {self.first} {of_first}, {self.second} {of_second} ({size}{reach})"


def variables(cohort: Cohort) -> list[Variable]:
    """What can be compared: age, sex, site, scanner, date, labels, numbers, strata of at most 20 values.

    A column with gaps is a variable twice: its values, and whether it has one.
    """
    names = [*_NAMED, *(f"{LABEL_PREFIX}{name}" for name in cohort.findings), *cohort.strata]
    present = [cohort.rows[name] for name in names if name in cohort.rows.columns]
    return [variable for column in present for variable in _of(column)]


def differences(
    among: list[Variable],
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
    patient: NDArray[np.int64],
    pairs: int = 1,
) -> list[Difference]:
    """Every variable that both groups have a value of, the largest difference first; all arrays (rows,).

    ``pairs``: how many pairs of groups are compared in all; a difference is told for sure with all looks counted.
    """
    compared = [one for one in among if _both_have(one, first, second)]
    found = [_difference(one, first, second, patient, pairs * len(compared)) for one in compared]
    return sorted(found, key=lambda one: (-one.found.size, one.variable))


def _of(column: pl.Series) -> Iterator[Variable]:
    day = column.dtype in (pl.Date, pl.Datetime)  # a tuple: equal kinds may differ in hash
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object) or column.null_count() == column.len():
        return
    there = column.is_not_null()
    if column.null_count():
        yield Variable(
            f"{column.name} missing", (~there).cast(pl.Float64).to_numpy(), np.ones(column.len(), bool), share=True
        )
    numbers = _numbers(column.cast(pl.Date) if day else column)
    if numbers.len() - numbers.null_count() >= _MOSTLY_NUMBERS * int(there.sum()):
        share = not day and bool(numbers.is_in([0.0, 1.0]).all())
        known = numbers.is_not_null().to_numpy()
        yield Variable(column.name, numbers.fill_null(0).to_numpy(), known, share=share, day=day)
        return
    text = column.cast(pl.String)
    levels = tuple(text.drop_nulls().unique().sort())
    if len(levels) <= _MOST_CATEGORIES:
        codes = text.replace_strict(levels, list(range(len(levels))), default=0, return_dtype=pl.Float64)
        yield Variable(column.name, codes.to_numpy(), there.to_numpy(), levels)


def _numbers(column: pl.Series) -> pl.Series:
    if column.dtype.is_temporal():
        column = column.to_physical()
    elif not (column.dtype.is_numeric() or column.dtype == pl.Boolean):
        column = column.cast(pl.String)  # categories have codes, which are no numbers
    return column.cast(pl.Float64, strict=False).fill_nan(None)


def _both_have(variable: Variable, first: NDArray[np.bool_], second: NDArray[np.bool_]) -> bool:
    return bool((first & variable.known).any() and (~first & second & variable.known).any())


def _difference(
    variable: Variable,
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
    patient: NDArray[np.int64],
    tests: int,
) -> Difference:
    compared = (first | second) & variable.known
    group, values, whose = first[compared], variable.values[compared], patient[compared]
    found = _standardised(variable, values, group, whose, 0.95)
    surely = found.beyond_chance
    if surely and found.size > WORTH_A_LOOK:
        surely = _standardised(variable, values, group, whose, 1 - 0.05 / tests).beyond_chance
    sizes = int(group.sum()), int((~group).sum())
    if variable.levels:
        codes = values.astype(np.int64)
        shares = [np.bincount(codes[side], minlength=len(variable.levels)) / side.sum() for side in (group, ~group)]
        most = int(np.argmax(np.abs(shares[0] - shares[1])))
        told = [percent(float(share[most])) for share in shares]
        return Difference(variable.name, found, told[0], told[1], *sizes, variable.levels[most], surely)
    means = (float(values[group].mean()), float(values[~group].mean()))
    told = [percent(mean) if variable.share else _number(mean, day=variable.day) for mean in means]
    return Difference(variable.name, found, told[0], told[1], *sizes, surely=surely)


def _standardised(
    variable: Variable,
    values: NDArray[np.float64],
    group: NDArray[np.bool_],
    patient: NDArray[np.int64],
    confidence: float,
) -> Standardised:
    if variable.levels:
        return difference_of_categories(values.astype(np.int64), group, patient, confidence)
    if variable.share:
        return difference_of_shares(values == 1, group, patient, confidence)
    return difference_of_numbers(values, group, patient, confidence)


def _number(mean: float, *, day: bool) -> str:
    if day:
        return str(np.datetime64(round(mean), "D"))
    return f"{mean:,.0f}" if abs(mean) >= 1000 else f"{mean:.3g}"
