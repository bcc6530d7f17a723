"""Check: does a patient stand in more than one split?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from fiducial.claims.evidence import Figure
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.words import concerned, counted, first_few, missing, not_made
from fiducial.cohort.table import Cohort


@dataclass(frozen=True, slots=True)
class PatientsAcrossSplits:
    """A patient seen in training and met again in the test makes the test easier than the world."""

    name: ClassVar[str] = "patients-across-splits"
    says: ClassVar[str] = "patients whose images stand in two or more splits"

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """One error for all such patients; a note for what cannot be told."""
        if absent := missing(cohort, ["patient", "split"]):
            yield not_made(
                self.name,
                f"the cohort has no {' and no '.join(absent)} column",
                "whether a patient stands in two splits",
                "Add the patient of every study." if "patient" in absent else "Run `fiducial cohort split` first.",
            )
            return
        yield from self._crossing(cohort.rows)
        yield from self._unknown(cohort.rows)

    def _crossing(self, rows: pl.DataFrame) -> Iterator[Finding]:
        placed = rows.filter(pl.col("patient").is_not_null(), pl.col("split").is_not_null())
        crossing = placed.filter(pl.col("split").n_unique().over("patient") > 1).sort("patient", maintain_order=True)
        if crossing.is_empty():
            return
        by_patient = crossing.group_by("patient", maintain_order=True).agg(pl.col("split").unique().sort())
        told = (f"{patient} ({', '.join(splits)})" for patient, splits in by_patient.iter_rows())
        number = by_patient.height
        yield Finding(
            self.name,
            Severity.ERROR,
            f"{counted(number, 'patient stands', 'patients stand')} in two or more splits, "
            f"with {counted(crossing.height, 'row')}: {first_few(told)}.",
            Figure("patients_across_splits", float(number), None, placed["patient"].n_unique(), unit="patients"),
            concerned(crossing),
            "Split again by patient (`fiducial cohort split --by patient`) and train again: results on these splits "
            "are too good.",
        )

    def _unknown(self, rows: pl.DataFrame) -> Iterator[Finding]:
        unknown = rows.filter(pl.col("patient").is_null())
        if unknown.is_empty():
            return
        yield Finding(
            self.name,
            Severity.NOTE,
            f"{counted(unknown.height, 'row names', 'rows name')} no patient; whether they cross a split is unknown.",
            Figure("rows_without_patient", float(unknown.height), None, rows.height, unit="rows"),
            concerned(unknown),
            "Fill in the patient of these rows, or leave them out of the test.",
        )
