"""The tables of a run: claims that name the same file read, check and hash it once."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import polars as pl

from fiducial.cohort.table import Cohort, CohortSource, read_cohort
from fiducial.files.hashes import hash_file
from fiducial.files.tables import Table, TableSource, hash_table, read_table
from fiducial.predictions.table import read_predictions

KEPT = 4  # of each kind: claims of one study share two tables, and a thousand studies must not pile up in memory
Read = TypeVar("Read")


class Tables:
    """Remembers the last KEPT cohorts and predictions by the file that they came from; frames pass straight through."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._cohorts: dict[Path, Cohort] = {}
        self._raw: dict[Path, Table] = {}
        self._checked: dict[Path, pl.DataFrame] = {}
        self._hashes: dict[Path, str] = {}

    def cohort(self, source: CohortSource) -> Cohort:
        """As :func:`~fiducial.cohort.table.read_cohort`.

        Raises:
            UnusableInput: naming file, row, column and remedy.
        """
        return _once(self._cohorts, source, read_cohort) if isinstance(source, str | Path) else read_cohort(source)

    def predictions(self, source: TableSource, *, finding: str) -> pl.DataFrame:
        """As :func:`~fiducial.predictions.table.read_predictions`.

        Raises:
            UnusableInput: naming file, row, column and remedy.
        """
        if not isinstance(source, str | Path):
            return read_predictions(source, finding=finding)
        known = Path(source).resolve()
        if known not in self._checked:
            table = _once(self._raw, source, read_table)
            if "finding" not in table.frame.columns:
                return read_predictions(table, finding=finding)  # every claim gives such a table its own finding
            del self._raw[known]  # millions of rows are not held twice
            return _once(self._checked, source, lambda _source: read_predictions(table))
        return self._checked[known]

    def hash(self, source: CohortSource) -> str:
        """The SHA-256 of the file, or of a frame's CSV form."""
        if isinstance(source, str | Path):
            return _once(self._hashes, source, lambda path: hash_file(Path(path)))
        return hash_table(source.rows if isinstance(source, Cohort) else source)


def _once(kept: dict[Path, Read], source: str | Path, read: Callable[[str | Path], Read]) -> Read:
    key = Path(source).resolve()
    if key not in kept:
        if len(kept) >= KEPT:
            del kept[next(iter(kept))]
        kept[key] = read(source)
    return kept[key]
