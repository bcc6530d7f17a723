"""Check: which files could not be read, and do they pile up in one class?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import fisher_exact

from fiducial.claims.evidence import Figure
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.words import concerned, counted, first_few, not_made, percent
from fiducial.cohort.predictors import patient_codes
from fiducial.cohort.table import LABEL_PREFIX, Cohort
from fiducial.stats.clusters import design_effect
from fiducial.stats.intervals import Interval, difference, wilson_clustered

_CERTAIN, _LIKELY = 0.01, 0.05  # Fisher's p, shared among the findings


@dataclass(frozen=True, slots=True)
class Fallen:
    """Which labelled rows were lost and which bear a finding; ``lost``, ``bears``, ``patient``: (rows,)."""

    finding: str
    lost: NDArray[np.bool_]
    bears: NDArray[np.bool_]
    patient: NDArray[np.int64]

    def chance(self) -> float:
        """Fisher's exact p. A broken disc loses a whole patient: counts are divided by what that does to the variance
        of the score that the test rests on.
        """
        score = (self.lost - self.lost.mean()) * (self.bears - self.bears.mean())
        table = np.array([[np.sum(self.lost & side), np.sum(~self.lost & side)] for side in (self.bears, ~self.bears)])
        counts = np.round(table / design_effect(score, self.patient)).astype(np.int64)
        return float(fisher_exact(counts).pvalue)

    def rate(self, side: bool) -> tuple[float, Interval]:  # noqa: FBT001  (the side of a label is a truth value)
        """The share that was lost of the rows with the finding, or without, and its interval by patient."""
        of_side = self.lost[self.bears == side]
        return float(of_side.mean()), wilson_clustered(of_side, self.patient[self.bears == side])


@dataclass(frozen=True, slots=True)
class UnreadableFiles:
    """Dropping unreadable files is harmless only where they fall on both classes alike."""

    name: ClassVar[str] = "unreadable-files"
    says: ClassVar[str] = "files that cannot be read, and whether they pile up in one class"

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """One warning with every such file, and one finding a label that they go with."""
        if cohort.files is None:
            yield not_made(
                self.name, "no files were read", "whether any is damaged", "Build the cohort from its images."
            )
            return
        broken = cohort.files.filter(pl.col("reason").is_not_null()).sort("path")
        if broken.is_empty():
            return
        told = (f"{path} ({reason})" for path, reason in broken.select("path", "reason").iter_rows())
        number = broken.height
        yield Finding(
            self.name,
            Severity.WARNING,
            f"{number:,} of {counted(cohort.files.height, 'file')} cannot be read: {first_few(told)}.",
            Figure("unreadable_files", float(number), None, cohort.files.height, unit="files"),
            concerned(broken),
            "Fetch them again from the archive, or leave their studies out and say so in the flow of the cohort.",
        )
        yield from self._piles(cohort, broken)

    def _piles(self, cohort: Cohort, broken: pl.DataFrame) -> Iterator[Finding]:
        lost, patient = _rows_of(broken, cohort.rows), patient_codes(cohort.rows)
        for finding in cohort.findings:
            label = cohort.rows[f"{LABEL_PREFIX}{finding}"]
            known = label.is_not_null().to_numpy()
            fallen = Fallen(finding, lost[known], label.drop_nulls().to_numpy() == 1, patient[known])
            of_label = cohort.rows.filter(pl.Series(known & lost))
            yield from self._pile(fallen, of_label, len(cohort.findings))

    def _pile(self, fallen: Fallen, rows: pl.DataFrame, tests: int) -> Iterator[Finding]:
        finding, lost, bears = fallen.finding, fallen.lost, fallen.bears
        if not lost.any() or not bears.any() or bears.all():
            return
        p = fallen.chance()
        if p * tests >= _LIKELY:
            return
        (with_it, of_with), (without, of_without) = (fallen.rate(side) for side in (True, False))
        side = int(with_it > without)
        piled = int((lost & (bears == bool(side))).sum())
        yield Finding(
            self.name,
            Severity.ERROR if p * tests < _CERTAIN else Severity.WARNING,
            f"Unreadable files pile up in {finding}={side}: {piled} of {int(lost.sum())} "
            f"({_rate(with_it, of_with)} of the rows with {finding}, {_rate(without, of_without)} of those without; "
            f"Fisher's p {p:.2g}).",
            Figure(
                "difference_in_unreadable",
                with_it - without,
                difference(with_it, of_with, without, of_without),
                lost.size,
                subgroup=finding,
            ),
            concerned(rows),
            "Do not just drop them: that changes who is in the cohort by label. Fetch them again from the archive.",
        )


def _rows_of(broken: pl.DataFrame, rows: pl.DataFrame) -> NDArray[np.bool_]:
    """Which rows of the cohort an unreadable file belongs to, by its study or, where that is unknown, by its path."""
    hit = pl.col("study").is_in(broken["study"].drop_nulls().unique().to_list())
    if "path" in rows.columns:
        hit |= pl.col("path").is_in(broken["path"].to_list()).fill_null(value=False)
    lost: NDArray[np.bool_] = rows.select(hit).to_series().to_numpy()
    return lost


def _rate(share: float, interval: Interval) -> str:
    return f"{percent(share)} ({percent(interval.low)}-{percent(interval.high)})"
