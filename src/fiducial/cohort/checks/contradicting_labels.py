"""Check: which patients bear a finding in one study and not in another?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from fiducial.claims.evidence import Figure
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.words import concerned, counted, first_few, missing, not_made
from fiducial.cohort.table import LABEL_PREFIX, Cohort


@dataclass(frozen=True, slots=True)
class ContradictingLabels:
    """Disease comes and goes; on one day it seldom does both."""

    name: ClassVar[str] = "contradicting-labels"
    says: ClassVar[str] = "patients with both labels of a finding, and those with both on one day"

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """For every finding a warning for both labels on one day, and a note for both at other times."""
        if not cohort.findings:
            yield self._not_made("the cohort has no label.<finding> column", "Add the labels.")
            return
        if missing(cohort, ["patient"]):
            yield self._not_made("the cohort has no patient column", "Add the patient of every study.")
            return
        for finding in cohort.findings:
            yield from self._of(finding, cohort.rows.filter(pl.col("patient").is_not_null()))

    def _of(self, finding: str, rows: pl.DataFrame) -> Iterator[Finding]:
        label = pl.col(f"{LABEL_PREFIX}{finding}")
        known = rows.filter(label.is_not_null())
        both = known.filter(label.n_unique().over("patient") > 1)
        if both.is_empty():
            return
        same_day = both.clear()
        if "acquired" in rows.columns:
            dated = both.filter(pl.col("acquired").is_not_null())
            same_day = dated.filter(label.n_unique().over("patient", "acquired") > 1).sort(
                "patient", maintain_order=True
            )
        patients = known["patient"].n_unique()
        yield from self._same_day(finding, same_day, patients)
        at_times = both.filter(~pl.col("patient").is_in(same_day["patient"].unique().to_list()))
        yield from self._at_times(finding, at_times, patients)

    def _same_day(self, finding: str, rows: pl.DataFrame, of: int) -> Iterator[Finding]:
        if rows.is_empty():
            return
        patients = rows["patient"].unique(maintain_order=True)
        yield Finding(
            self.name,
            Severity.WARNING,
            f"{counted(patients.len(), 'patient is', 'patients are')} with and without {finding} on one day: "
            f"{first_few(patients)}.",
            Figure("patients_with_both_labels", float(patients.len()), None, of, unit="patients", subgroup=finding),
            concerned(rows),
            "Read these studies again, or agree on one label a patient and day.",
        )

    def _at_times(self, finding: str, rows: pl.DataFrame, of: int) -> Iterator[Finding]:
        if rows.is_empty():
            return
        # One row of either label stands for a patient: the list stays readable.
        shown = rows.unique(["patient", f"{LABEL_PREFIX}{finding}"], keep="first", maintain_order=True)
        patients = shown["patient"].n_unique()
        yield Finding(
            self.name,
            Severity.NOTE,
            f"{counted(patients, 'patient is', 'patients are')} with {finding} in one study and without it in another, "
            f"of {of:,}: {first_few(shown['patient'].unique(maintain_order=True))}.",
            Figure("patients_with_both_labels", float(patients), None, of, unit="patients", subgroup=finding),
            concerned(shown.sort("patient", maintain_order=True)),
            "Disease comes and goes, so this may be right. Keep each patient in one split, and compute intervals by "
            "patient.",
        )

    def _not_made(self, absent: str, remedy: str) -> Finding:
        return not_made(self.name, absent, "whether a patient has contradicting labels", remedy)
