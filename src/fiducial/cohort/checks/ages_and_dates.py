"""Ages that contradict dates: the date of birth, and the dates of a patient's other studies."""

from collections.abc import Iterator

import polars as pl

from fiducial.claims.evidence import Figure
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.words import concerned, counted, first_few
from fiducial.cohort.timelines import date_columns

_YEAR = 365.25  # days
_SLACK = 1.5  # years: an age is whole years, and rounded either way


def contradicted_ages(check: str, rows: pl.DataFrame) -> Iterator[Finding]:
    """At most one warning for each of the two. ``rows``: those that have a date (``acquired``), with ``age``."""
    yield from _births(check, rows)
    yield from _ageing(check, rows)


def _births(check: str, rows: pl.DataFrame) -> Iterator[Finding]:
    for born in (one for one in date_columns(rows) if "birth" in one.name.lower()):
        years = (rows["acquired"].to_physical() - born.dates.to_physical()) / _YEAR
        apart = (rows["age"] - years).abs() > _SLACK
        wrong = rows.filter(apart.fill_null(value=False) & (years >= 0).fill_null(value=False))
        told = (f"{age:g} in {study}" for age, study in wrong.select("age", "study").iter_rows())
        if wrong.height:
            yield Finding(
                check,
                Severity.WARNING,
                f"The age contradicts {born.name} and acquired by more than {_SLACK:g} years in "
                f"{counted(wrong.height, 'row')}: {first_few(told)}.",
                Figure("ages_against_birth", float(wrong.height), None, rows.height, unit="rows"),
                concerned(wrong),
                "Take the age from the dates, or find out which of the three was shifted.",
            )


def _ageing(check: str, rows: pl.DataFrame) -> Iterator[Finding]:
    if "patient" not in rows.columns:
        return
    birth = pl.col("acquired").to_physical() / _YEAR - pl.col("age")
    spread = (birth.max() - birth.min()).over("patient")
    known = rows.filter(pl.col("patient").is_not_null(), pl.col("age").is_not_null())
    wrong = known.filter(spread > 2 * _SLACK).sort("patient", "acquired")
    patients = wrong["patient"].unique(maintain_order=True)
    if wrong.is_empty():
        return
    yield Finding(
        check,
        Severity.WARNING,
        f"{counted(patients.len(), 'patient does', 'patients do')} not age as the calendar says (by more than "
        f"{2 * _SLACK:g} years between two studies): {first_few(patients)}.",
        Figure("patients_who_age_wrongly", float(patients.len()), None, known["patient"].n_unique(), unit="patients"),
        concerned(wrong),
        "Either two people share an identifier, or dates were shifted study by study: shift them by patient.",
    )
