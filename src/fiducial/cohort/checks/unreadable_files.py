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
from fiducial.cohort.table import LABEL_PREFIX, Cohort
from fiducial.stats.intervals import Interval, difference, wilson

_CERTAIN, _LIKELY = 0.01, 0.05  # Fisher's p, shared among the findings


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
        lost = _rows_of(broken, cohort.rows)
        for finding in cohort.findings:
            label = cohort.rows[f"{LABEL_PREFIX}{finding}"]
            known = label.is_not_null().to_numpy()
            bears = label.drop_nulls().to_numpy() == 1
            of_label = cohort.rows.filter(pl.Series(known & lost))
            yield from self._pile(finding, lost[known], bears, of_label, len(cohort.findings))

    def _pile(
        self, finding: str, lost: NDArray[np.bool_], bears: NDArray[np.bool_], rows: pl.DataFrame, tests: int
    ) -> Iterator[Finding]:
        with_it, without = lost[bears], lost[~bears]
        if not lost.any() or not with_it.size or not without.size:
            return
        table = np.array([[group.sum(), (~group).sum()] for group in (with_it, without)])
        p = float(fisher_exact(table).pvalue)
        if p * tests >= _LIKELY:
            return
        side = int(with_it.mean() > without.mean())
        piled = int((with_it if side else without).sum())
        rates = [wilson(int(group.sum()), group.size) for group in (with_it, without)]
        apart = float(with_it.mean() - without.mean())
        yield Finding(
            self.name,
            Severity.ERROR if p * tests < _CERTAIN else Severity.WARNING,
            f"Unreadable files pile up in {finding}={side}: {piled} of {int(lost.sum())} "
            f"({_rate(with_it, rates[0])} of the rows with {finding}, {_rate(without, rates[1])} of those without; "
            f"Fisher's p {p:.2g}).",
            Figure(
                "difference_in_unreadable",
                apart,
                difference(float(with_it.mean()), rates[0], float(without.mean()), rates[1]),
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


def _rate(lost: NDArray[np.bool_], interval: Interval) -> str:
    return f"{percent(lost.mean())} ({percent(interval.low)}-{percent(interval.high)})"
