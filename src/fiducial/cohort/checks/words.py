"""How findings name rows and files, and how a check says that it could not be made."""

from collections.abc import Iterable, Sequence

import polars as pl

from fiducial.cohort.checks.contract import Concerned, Finding, Severity
from fiducial.cohort.table import Cohort
from fiducial.stats.intervals import Interval

INDEPENDENT = "each taken for independent, as no patient is named"  # of rows
_SHOWN = 5


def concerned(rows: pl.DataFrame) -> tuple[Concerned, ...]:
    """One entry a row, from its ``study`` and ``path`` (None where there is no such column)."""
    studies = rows["study"].to_list()
    paths = rows["path"].to_list() if "path" in rows.columns else [None] * len(studies)
    return tuple(map(Concerned, studies, paths))


def first_few(names: Iterable[object], shown: int = _SHOWN) -> str:
    """``a, b, c and 12 more``."""
    told = [str(name) for name in names]
    if len(told) <= shown:
        return ", ".join(told)
    return f"{', '.join(told[:shown])} and {len(told) - shown:,} more"


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """``1 patient``, ``1,204 patients``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def percent(share: float) -> str:
    """``34.2%``."""
    return f"{100 * share:.1f}%"


def between(interval: Interval) -> str:
    """``0.85-0.87``."""
    return f"{interval.low:.2f}-{interval.high:.2f}"


def missing(cohort: Cohort, columns: Sequence[str]) -> list[str]:
    """Those of the columns that the cohort does not have, or that are empty throughout."""
    rows = cohort.rows
    return [name for name in columns if name not in rows.columns or rows[name].null_count() == rows.height]


def not_made(check: str, absent: str, would_show: str, remedy: str) -> Finding:
    """The note of a check that lacks something: silence would read as success."""
    return Finding(check, Severity.NOTE, f"Not checked: {absent}, so {would_show} stays unseen.", None, (), remedy)
