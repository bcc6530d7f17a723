"""Check: was a normaliser, a PCA or any other fitted transform fitted on rows of the test?"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from fiducial.claims.evidence import Figure
from fiducial.cohort.checks.contract import Concerned, Finding, Severity
from fiducial.cohort.checks.words import concerned, counted, missing, not_made
from fiducial.cohort.fitted import (
    GONE,
    NO_SPLIT,
    FittedTransform,
    digest,
    part_of,
    read_fitted,
    splits_seen,
    transforms_folder,
)
from fiducial.cohort.table import Cohort
from fiducial.errors import UnusableInput

_REFIT = "Fit it again on train alone, and everything that was trained behind it."
_ALL = "all rows"
_OUTSIDE = ("tune", "test", "external", NO_SPLIT, GONE)


@dataclass(frozen=True, slots=True)
class FittedTransforms:
    """A mean taken over all rows has seen the test: each transform must be fitted on train, or on part of it."""

    name: ClassVar[str] = "fitted-transforms"
    says: ClassVar[str] = "transforms beside the cohort (<name>.transforms/*.json) that were fitted on more than train"

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """One finding for every file that is not fitted on train alone; nothing for one that is."""
        folder = transforms_folder(cohort)
        files = sorted(folder.glob("*.json")) if folder.is_dir() else []
        absent = None
        if missing(cohort, ["split"]):
            absent = "the cohort has no split column"
        elif not files:
            absent = "no fitted transform is recorded beside the cohort (<name>.transforms/*.json)"
        if absent:
            remedy = "Write down with fd.record_fit what each transform was fitted on."
            yield not_made(self.name, absent, "whether preprocessing saw the test", remedy)
            return
        for path in files:
            yield from self._of_file(path, cohort.rows)

    def _of_file(self, path: Path, rows: pl.DataFrame) -> Iterator[Finding]:
        here = (Concerned(None, f"{path.parent.name}/{path.name}"),)
        try:
            fitted = read_fitted(path)
        except UnusableInput as told:
            yield Finding(self.name, Severity.ERROR, f"{told}", None, here, "Write it again with record_fit.")
            return
        found = splits_seen(fitted, rows)
        if found is None:
            yield self._unknown(fitted, here)
            return
        outside = {split: found[split] for split in _OUTSIDE if found.get(split)}
        if not outside:
            return
        seen = [split for split in ("test", "external") if split in outside]
        listed = ", ".join(f"{count:,} of them in {split}" for split, count in outside.items())
        everything = f"{_ALL} ({fitted.fitted_on.count:,})" if fitted.fitted_on == part_of(rows["study"]) else None
        yield Finding(
            self.name,
            Severity.ERROR if seen else Severity.WARNING,
            f"{fitted.name} ({fitted.kind}) was fitted on {everything or counted(fitted.fitted_on.count, 'row')}, "
            f"{_readable(listed)}.",
            Figure("rows_outside_train", float(sum(outside.values())), None, fitted.fitted_on.count, unit="rows"),
            here + _rows_outside(fitted, rows),
            _REFIT,
        )

    def _unknown(self, fitted: FittedTransform, here: tuple[Concerned, ...]) -> Finding:
        recorded = ", ".join(f"{part.count:,} in {split}" for split, part in fitted.splits.items())
        return Finding(
            self.name,
            Severity.WARNING,
            f"{fitted.name} ({fitted.kind}) was fitted on {counted(fitted.fitted_on.count, 'row')} ({recorded}) that "
            "are no whole split of this cohort, and its file does not say which: it may have seen the test.",
            Figure("rows_fitted_on", float(fitted.fitted_on.count), None, fitted.fitted_on.count, unit="rows"),
            here,
            "The cohort was split again, or part of it was used. Fit it again, and keep the keys when saving.",
        )


def _rows_outside(fitted: FittedTransform, rows: pl.DataFrame) -> tuple[Concerned, ...]:
    if fitted.keys is None:
        return ()
    keys = fitted.keys
    outside = rows.filter(pl.col("split").fill_null(NO_SPLIT) != "train")
    return concerned(outside.filter(pl.Series([digest(study) in keys for study in outside["study"]], dtype=pl.Boolean)))


def _readable(listed: str) -> str:
    return listed.replace(f"in {NO_SPLIT}", "in no split").replace("in no row", "no row")
