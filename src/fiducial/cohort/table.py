"""The cohort table: one row a decision, checked once on entry; and the files table beside it.

``study`` is the key. ``patient``, ``path``, ``site``, ``scanner``, ``acquired`` (date), ``age`` (years), ``sex``,
``split``, ``label.<finding>`` (0, 1 or null) and ``tag.<Keyword>`` (text) have a meaning; every other column is a
stratum. A ``path`` is relative to the folder of the table, so that both can be moved together.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import polars as pl

from fiducial.files.columns import (
    as_choice,
    as_date,
    as_label,
    as_number,
    as_text,
    refuse_nulls,
    refuse_repeats,
    require_columns,
)
from fiducial.files.tables import Table, TableSource, read_table, write_table

SPLITS = ("train", "tune", "test", "external")
NAMED_COLUMNS = ("study", "patient", "path", "site", "scanner", "acquired", "age", "sex", "split", "split_recipe")
LABEL_PREFIX = "label."
TAG_PREFIX = "tag."

FILES_SCHEMA: dict[str, type[pl.DataType]] = {
    "path": pl.String,  # key; relative to the folder of the cohort table
    "study": pl.String,  # the key of the cohort row that the file belongs to; null when unreadable
    "series": pl.String,
    "image": pl.String,
    "bytes": pl.Int64,
    "pixel_hash": pl.String,  # sha256 of shape, type and decoded pixels
    "flat": pl.Boolean,  # every pixel has one value: such images are identical without being copies
    "reason": pl.String,  # why no pixels could be read; null when they were
    "identifying": pl.String,  # keywords of filled elements that identify, with spaces between; null when not DICOM
}


@dataclass(frozen=True, slots=True)
class Cohort:
    """``rows``: one a decision, in the source's order. ``files``: one a file, or None where no pixels were read."""

    rows: pl.DataFrame
    files: pl.DataFrame | None
    folder: Path  # what every ``path`` is relative to
    name: str = "<frame>"  # how messages call the table that the rows came from
    first_row: int = 0  # the number of its first row there

    @property
    def table(self) -> Table:
        """The rows, ready to be told by the name and number that their owner knows."""
        return Table(self.rows, self.name, self.first_row)

    @property
    def findings(self) -> list[str]:
        """The names behind the ``label.<finding>`` columns, in order."""
        return [name.removeprefix(LABEL_PREFIX) for name in self.rows.columns if name.startswith(LABEL_PREFIX)]

    @property
    def strata(self) -> list[str]:
        """Columns that are neither named, labels nor tags."""
        return [
            name
            for name in self.rows.columns
            if name not in NAMED_COLUMNS and not name.startswith((LABEL_PREFIX, TAG_PREFIX))
        ]


CohortSource: TypeAlias = TableSource | Cohort


def read_cohort(source: CohortSource) -> Cohort:
    """Read and validate a cohort; ``<name>.files.parquet`` beside it is taken along.

    Raises:
        UnusableInput: naming file, row, column and remedy.
    """
    if isinstance(source, Cohort):
        return source
    table = read_table(source)
    rows = validate_rows(table)
    if not isinstance(source, str | Path):
        return Cohort(rows, None, Path(), table.name, table.first_row)
    beside = files_path(Path(source))
    files = read_table(beside).frame if beside.exists() else None
    return Cohort(rows, files, Path(source).parent, table.name, table.first_row)


def write_cohort(cohort: Cohort, path: Path) -> None:
    """Write the table, and the files table beside it; every path is made relative to the new folder."""
    if cohort.files is None:
        files_path(path).unlink(missing_ok=True)  # of an earlier table of this name
    else:
        write_table(_rebase(cohort.files, cohort.folder, path.parent), files_path(path))
    write_table(_rebase(cohort.rows, cohort.folder, path.parent), path)


def files_path(path: Path) -> Path:
    """``cohort.parquet`` has its files in ``cohort.files.parquet``."""
    return path.with_name(f"{path.stem}.files.parquet")


def validate_rows(table: Table) -> pl.DataFrame:
    """Give every known column its type; unknown columns stay as they are.

    Raises:
        UnusableInput: no ``study`` column, an empty or repeated key, or a value that does not fit its column.
    """
    require_columns(table, ["study"])
    checked = give_types(table)
    refuse_nulls(checked, "study")
    refuse_repeats(checked, ["study"])
    return checked.frame


def give_types(table: Table) -> Table:
    """Give every known column its type, whether or not there is a ``study``.

    Raises:
        UnusableInput: a value that does not fit its column.
    """
    return table.replace(pl.DataFrame([_typed(table, name) for name in table.frame.columns]))


def _typed(table: Table, name: str) -> pl.Series:
    if name.startswith(LABEL_PREFIX):
        return as_label(table, name)
    if name == "age":
        return as_number(table, name)
    if name == "acquired":
        return as_date(table, name)
    if name == "split":
        return as_choice(table, name, SPLITS)
    if name in NAMED_COLUMNS or name.startswith(TAG_PREFIX):
        return as_text(table, name)
    return table.frame[name]


def _rebase(frame: pl.DataFrame, old: Path, new: Path) -> pl.DataFrame:
    if "path" not in frame.columns or old.resolve() == new.resolve():
        return frame
    step = os.path.relpath(old.resolve(), new.resolve())
    moved = [None if path is None else os.path.normpath(Path(step, path)) for path in frame["path"]]
    return frame.with_columns(pl.Series("path", moved, dtype=pl.String))
