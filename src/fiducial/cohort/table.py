"""The cohort table: one row a decision, checked once on entry; the files table and the regions table beside it.

``study`` is the key. ``patient``, ``path``, ``site``, ``scanner``, ``acquired`` (date), ``age`` (years), ``sex``,
``split``, ``label.<finding>`` (0, 1 or null) and ``tag.<Keyword>`` (text) have a meaning; every other column is a
stratum. A ``path`` is relative to the folder of the table, so that both can be moved together.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import polars as pl

from fiducial.cohort.regions import regions_path, validate_regions
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
from fiducial.files.names import refuse_other_endings
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
    "pixel_hash": pl.String,  # BLAKE3 of shape, type and decoded pixels
    "flat": pl.Boolean,  # every pixel has one value: such images are identical without being copies
    "perceptual_hash": pl.UInt64,  # of the middle slice
    "thumbnail": pl.Binary,  # of the middle slice: 32 x 32 bytes, row after row
    "overlay_boxes": pl.Int64,  # pieces of text and markers in the pixels
    "overlay_area": pl.Float64,  # their share of the image
    "overlay_places": pl.String,  # "top left, right"; empty where there are none
    "overlay_planes": pl.Int64,  # DICOM overlays beside the pixels (60xx); null where the file is no DICOM
    "reason": pl.String,  # why no pixels could be read; null when they were
    "format": pl.String,  # PNG, JPEG, BMP, TIFF; DICOM with the name of its transfer syntax
    "rows": pl.Int64,  # of pixels; what follows is null where no pixels could be read
    "columns": pl.Int64,
    "channels": pl.Int64,  # 1 grey, 3 colour
    "bits": pl.Int64,  # stored a sample
    "field_height": pl.Float64,  # mm, rows times their spacing; null where the file gives no spacing
    "field_width": pl.Float64,
    "body_row": pl.Float64,  # the middle of the body, 0 top to 1 bottom; see scans/geometry.py
    "body_column": pl.Float64,  # 0 left to 1 right
    "body_height": pl.Float64,  # its extent, as a share of the frame
    "body_width": pl.Float64,
    "body_area": pl.Float64,
    "border_black": pl.Float64,  # width of an empty border, mean of the four sides, as a share of the frame
    "border_white": pl.Float64,
    "identifying": pl.String,  # keywords of filled elements that identify, with spaces between; null when not DICOM
}


_FIRST_COLUMNS = ("path", "study", "image", "pixel_hash", "flat", "reason")  # every files table has had these


@dataclass(frozen=True, slots=True)
class Cohort:
    """``rows``: one a decision, in the source's order. ``files``: one a file, or None where no pixels were read."""

    rows: pl.DataFrame
    files: pl.DataFrame | None
    folder: Path  # what every ``path`` is relative to
    name: str = "<frame>"  # how messages call the table that the rows came from
    first_row: int = 0  # the number of its first row there
    regions: pl.DataFrame | None = None  # one row a box, or None where nobody drew any

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
    """Read and validate a cohort; ``<name>.files.parquet`` and ``<name>.regions.parquet`` beside it are taken along.

    Boxes of studies that the table no longer has are left out.

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
    files = _files_of(beside) if beside.exists() else None
    return Cohort(rows, files, Path(source).parent, table.name, table.first_row, _regions_of(rows, Path(source)))


def write_cohort(cohort: Cohort, path: Path) -> None:
    """Write the table, and its files and regions beside it; every path is made relative to the new folder.

    Raises:
        WrongUsage: a name that ends in neither .csv nor .parquet; nothing is written then.
    """
    refuse_other_endings(path)
    if cohort.files is None:
        files_path(path).unlink(missing_ok=True)  # of an earlier table of this name
    else:
        write_table(_rebase(cohort.files, cohort.folder, path.parent), files_path(path))
    if cohort.regions is None or cohort.regions.is_empty():
        regions_path(path).unlink(missing_ok=True)
    else:
        write_table(cohort.regions, regions_path(path))
    write_table(_rebase(cohort.rows, cohort.folder, path.parent), path)


def files_path(path: Path) -> Path:
    """``cohort.parquet`` has its files in ``cohort.files.parquet``, ``cohort.csv`` in ``cohort.csv.files.parquet``."""
    return path.with_name(f"{path.stem if path.suffix == '.parquet' else path.name}.files.parquet")


def validate_rows(table: Table) -> pl.DataFrame:
    """Give every known column its type; unknown columns stay as they are.

    Raises:
        UnusableInput: no ``study`` column, an empty or repeated key, or a value that does not fit its column.
    """
    remedy = f"`fiducial cohort build {table.name} --out cohort.parquet` makes a cohort of it."
    require_columns(table, ["study"], remedy)
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


def _files_of(path: Path) -> pl.DataFrame:
    """The files table; columns that an older one lacks are empty."""
    table = read_table(path)
    require_columns(table, _FIRST_COLUMNS, "Build the cohort from its images again.")
    absent = {name: pl.lit(None, dtype=kind) for name, kind in FILES_SCHEMA.items() if name not in table.frame.columns}
    return table.frame.with_columns(**absent)


def _regions_of(rows: pl.DataFrame, path: Path) -> pl.DataFrame | None:
    beside = regions_path(path)
    if not beside.exists():
        return None
    return validate_regions(read_table(beside)).join(rows, on="study", how="semi", maintain_order="left")


def _rebase(frame: pl.DataFrame, old: Path, new: Path) -> pl.DataFrame:
    if "path" not in frame.columns or old.resolve() == new.resolve():
        return frame
    step = os.path.relpath(old.resolve(), new.resolve())
    moved = [None if path is None else os.path.normpath(Path(step, path)) for path in frame["path"]]
    return frame.with_columns(pl.Series("path", moved, dtype=pl.String))
