"""Layout: a folder of PNG, JPEG, BMP or TIFF images with a table that names them."""

from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

import polars as pl

from fiducial.cohort.layouts.ages import in_years
from fiducial.cohort.layouts.contract import Listing, Source, Unit
from fiducial.cohort.layouts.joining import counted, label_hints, names_of, rename, table_of
from fiducial.cohort.layouts.placing import read_and_place
from fiducial.cohort.reading import walk
from fiducial.errors import UnusableInput
from fiducial.files.columns import refuse_nulls
from fiducial.files.tables import Table
from fiducial.scans.raster import SUFFIXES

_LOOK_AT = 2000  # files, before a folder is said to hold no image


@dataclass(frozen=True, slots=True)
class ImageFolder:
    """One row of the table an image; several images share a row where the unit and a column of its name say so."""

    name: ClassVar[str] = "image-folder"
    says: ClassVar[str] = "a folder of PNG, JPEG, BMP or TIFF images with a CSV or Parquet table that names them"

    def recognises(self, source: Source) -> bool:
        """Whether one of the first files is called like an image."""
        return source.path.is_dir() and any(_is_image(path) for path in islice(walk(source.path), _LOOK_AT))

    def list(self, source: Source) -> Listing:
        """Read the table and all images.

        Raises:
            UnusableInput: no table, or it does not say which image a row is about.
        """
        images = [path for path in walk(source.path) if _is_image(path)]
        if not images:
            raise UnusableInput(f"{source.path}: holds no file called {', '.join(SUFFIXES)}.")
        table, notes = table_of(source)
        if table is None:
            raise UnusableInput(
                f"{source.path}: holds {counted(len(images), 'image')}, and a table must say what they show. "
                "Give it with --table labels.csv: a column 'path' (file names) and columns 'label.<finding>' with 0 "
                f"and 1.{_why(notes)}"
            )
        named, guessed = _with_path(in_years(rename(table, source.columns)))
        shared = source.unit is not Unit.IMAGE and source.unit.value in named.frame.columns
        keyed = _with_study(named, source.unit)
        listing = read_and_place(keyed, source.path, images, source, shared=shared)
        hints = label_hints(keyed.frame)
        return Listing(listing.rows, listing.files, listing.folder, (*notes, *guessed, *listing.notes, *hints))


def _with_path(table: Table) -> tuple[Table, tuple[str, ...]]:
    if "path" in table.frame.columns:
        return table, ()
    likely = [name for name in table.frame.columns if _names_images(table.frame[name])]
    if len(likely) != 1:
        raise UnusableInput(
            f"{table.name}: has no column 'path' that names the images. Say --column path=<column>. "
            f"It has: {', '.join(table.frame.columns)}."
        )
    taken = table.replace(table.frame.with_columns(pl.col(likely[0]).alias("path")))
    return taken, (f"column {likely[0]!r} was taken as the path",)


def _with_study(table: Table, unit: Unit) -> Table:
    """The key of a row: the column of the unit where the table has it, else the name of the image."""
    frame = table.frame
    if unit is Unit.STUDY and "study" in frame.columns:
        return table
    if unit is not Unit.STUDY and unit.value in frame.columns:
        return table.replace(frame.with_columns(pl.col(unit.value).alias("study")))
    if unit is Unit.IMAGE and "study" in frame.columns and frame["study"].is_unique().all():
        return table
    refuse_nulls(table, "path")
    return table.replace(frame.with_columns(names_of(frame["path"])))


def _names_images(column: pl.Series) -> bool:
    if column.dtype != pl.String:
        return False
    values = column.drop_nulls().str.to_lowercase()
    return not values.is_empty() and all(value.endswith(SUFFIXES) for value in values.head(100))


def _is_image(path: str) -> bool:
    return path.lower().endswith(SUFFIXES)


def _why(notes: tuple[str, ...]) -> str:
    return f" ({'; '.join(notes)}.)" if notes else ""
