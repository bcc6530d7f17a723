"""Check: ages, dates and sexes that no patient can have."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import polars as pl

from fiducial.claims.evidence import Figure
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.words import concerned, counted, first_few, missing, not_made
from fiducial.cohort.table import Cohort
from fiducial.cohort.timelines import backward_pairs, contradicting_steps

OLDEST = 120  # years; the oldest age on record is 122
FIRST_RADIOGRAPH = date(1895, 11, 8)  # Röntgen's discovery
_SEXES = {"m": "M", "male": "M", "f": "F", "female": "F", "o": "O", "other": "O", "u": "U", "unknown": "U"}
_CORRECT = "Look it up at the source and correct it, or leave it empty."


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of impossibility: how bad, what in words with the number, and the figure's name."""

    severity: Severity
    what: str
    figure: str


@dataclass(frozen=True, slots=True)
class ImpossibleValues:
    """One impossible value is seldom alone: it shows how the table was made."""

    name: ClassVar[str] = "impossible-values"
    says: ClassVar[str] = "impossible ages and dates, dates in the wrong order, unknown words for sex"

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """One finding a kind of impossibility, with every row that it concerns."""
        rows = cohort.rows
        if len(missing(cohort, ("age", "acquired", "sex"))) == 3:
            absent = "the cohort has no age, no acquired and no sex column"
            yield not_made(self.name, absent, "whether a value is impossible", "Add what is known of the patients.")
        if "age" in rows.columns:
            yield from self._ages(rows)
        if "acquired" in rows.columns:
            yield from self._too_early(rows)
        if "sex" in rows.columns:
            yield from self._sexes(rows)
        yield from self._order(rows)

    def _ages(self, rows: pl.DataFrame) -> Iterator[Finding]:
        wrong = rows.filter((pl.col("age") < 0) | (pl.col("age") > OLDEST)).sort("age", descending=True)
        told = (f"{age:g} in {study}" for age, study in wrong.select("age", "study").iter_rows())
        what = f"{counted(wrong.height, 'age is', 'ages are')} impossible (below 0 or above {OLDEST})"
        yield from self._found(Kind(Severity.ERROR, what, "impossible_ages"), wrong, rows, told)

    def _too_early(self, rows: pl.DataFrame) -> Iterator[Finding]:
        wrong = rows.filter(pl.col("acquired") < FIRST_RADIOGRAPH).sort("acquired")
        told = (f"{day} in {study}" for day, study in wrong.select("acquired", "study").iter_rows())
        what = (
            f"{counted(wrong.height, 'image was', 'images were')} acquired before there were X-rays (8 November 1895)"
        )
        yield from self._found(Kind(Severity.ERROR, what, "impossible_dates"), wrong, rows, told)

    def _sexes(self, rows: pl.DataFrame) -> Iterator[Finding]:
        word = pl.col("sex").str.strip_chars().str.to_lowercase()
        wrong = rows.filter(pl.col("sex").is_not_null(), ~word.is_in(list(_SEXES)))
        told = (f"{sex!r} in {study}" for sex, study in wrong.select("sex", "study").iter_rows())
        what = f"{counted(wrong.height, 'sex is', 'sexes are')} neither M, F, O (other) nor U (unknown)"
        yield from self._found(Kind(Severity.WARNING, what, "unknown_sexes"), wrong, rows, told)
        meant = rows.select("study", "sex", meant=word.replace_strict(_SEXES, default=None)).drop_nulls()
        mixed = meant.group_by("meant").agg(pl.col("sex").unique().sort()).filter(pl.col("sex").list.len() > 1)
        if mixed.height:
            words = first_few(repr(sex) for sex in mixed.sort("meant")["sex"].explode())
            message = f"The same sex is written in several ways, which splits subgroups: {words}."
            figure = Figure("spellings_of_sex", float(meant["sex"].n_unique()), None, rows.height, unit="spellings")
            yield Finding(self.name, Severity.NOTE, message, figure, (), "Write one letter for each: M, F, O, U.")

    def _order(self, rows: pl.DataFrame) -> Iterator[Finding]:
        for early, late in backward_pairs(rows):
            wrong = rows.filter(late.dates < early.dates)
            told = (f"{study}" for study in wrong["study"])
            what = f"{late.name} lies before {early.name} in {counted(wrong.height, 'row')}"
            yield from self._found(Kind(Severity.ERROR, what, "dates_in_wrong_order"), wrong, rows, told)
        for steps in contradicting_steps(rows):
            told = (f"{before} then {after}" for before, after in steps.pairs.iter_rows())
            what = f"in {counted(steps.pairs.height, 'pair')} of visits {steps.says}"
            yield from self._found(Kind(Severity.WARNING, what, "visits_in_wrong_order"), steps.rows, rows, told)

    def _found(self, kind: Kind, wrong: pl.DataFrame, rows: pl.DataFrame, told: Iterator[str]) -> Iterator[Finding]:
        if wrong.is_empty():
            return
        number = Figure(kind.figure, float(wrong.height), None, rows.height, unit="rows")
        yield Finding(
            self.name,
            kind.severity,
            f"{kind.what[0].upper()}{kind.what[1:]}: {first_few(told)}.",
            number,
            concerned(wrong),
            _CORRECT,
        )
