"""The laws that every check obeys, ours and outsiders'."""

import re

import polars as pl
from polars.testing import assert_frame_equal

from fiducial.cohort.checks.contract import Check, Severity
from fiducial.cohort.table import Cohort


def obeys_the_laws(check: Check, cohort: Cohort) -> None:
    """It names itself, says what it does, gives whole findings, twice the same, and leaves the cohort alone."""
    rows, files = cohort.rows.clone(), None if cohort.files is None else cohort.files.clone()
    first, again = list(check.examine(cohort)), list(check.examine(cohort))
    assert [one.document() for one in first] == [one.document() for one in again]
    assert check.name
    assert check.says
    assert_frame_equal(cohort.rows, rows)
    if files is not None and cohort.files is not None:
        assert_frame_equal(cohort.files, files)
    studies = set(rows["study"])
    for finding in first:
        assert finding.check == check.name
        assert finding.severity in Severity
        assert finding.message
        assert finding.remedy
        assert len(finding.message) < 2000
        assert all(one.study is None or one.study in studies for one in finding.files)


def names_no_patients(check: Check, cohort: Cohort) -> None:
    """Where no row names a patient, nothing is counted in patients."""
    for finding in check.examine(cohort):
        assert not re.search(r"\d[\d,]* patients?\b|(few|single|two) patients?\b", finding.message), finding.message
        assert finding.figure is None or "patient" not in (finding.figure.name + finding.figure.unit), finding.figure


def without(cohort: Cohort, column: str) -> Cohort:
    """The cohort as it is where a source lacks a column."""
    return Cohort(cohort.rows.drop(column), cohort.files, cohort.folder)


def emptied(cohort: Cohort, column: str) -> Cohort:
    """The cohort as it is where a column has no value at all."""
    blank = pl.lit(None, dtype=cohort.rows.schema[column]).alias(column)
    return Cohort(cohort.rows.with_columns(blank), cohort.files, cohort.folder)
