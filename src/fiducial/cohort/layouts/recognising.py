"""What lies where the user pointed: the tables by their headers, and the images by their names."""

import re
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from fiducial.cohort.file_facts import DICOM_SUFFIXES
from fiducial.cohort.layouts.contract import Source
from fiducial.cohort.layouts.joining import tables_in
from fiducial.cohort.reading import walk
from fiducial.errors import FiducialError, UnusableInput
from fiducial.scans.raster import SUFFIXES

_SPLITS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validate", "validation"), "tune"),
    **dict.fromkeys(("test", "testing"), "test"),
}
IMAGE_SUFFIXES = (*SUFFIXES, *DICOM_SUFFIXES)


def folder_of(source: Source) -> Path:
    """The folder that was given, or that holds the file that was given."""
    return source.path if source.path.is_dir() else source.path.parent


def tables_of(source: Source) -> list[Path]:
    """The table that was named, or that was given itself, or those directly in the folder."""
    if source.table is not None:
        return [source.table]
    return tables_in(source.path) if source.path.is_dir() else [source.path]


def tables_with(source: Source, needed: Iterable[str]) -> list[Path]:
    """Those of the tables whose header has all columns that are needed."""
    return [path for path in tables_of(source) if set(needed) <= set(columns_of(path))]


def beside_with(source: Source, needed: Iterable[str]) -> list[Path]:
    """All tables of the folder whose header has the columns, whichever was named."""
    return [path for path in tables_in(folder_of(source)) if set(needed) <= set(columns_of(path))]


def columns_of(path: Path) -> list[str]:
    """The names of the columns; none where the file is no table."""
    try:
        if path.name.endswith(".parquet"):
            return list(pl.read_parquet_schema(path))
        return pl.read_csv(path, n_rows=0, infer_schema=False).columns
    except (pl.exceptions.PolarsError, OSError, FiducialError):
        return []


def images_of(source: Source, suffixes: tuple[str, ...] = IMAGE_SUFFIXES, *, beside: str = "*") -> list[str]:
    """The images below the folder; where a table was given itself, those in the folders beside it of that name."""
    folder = folder_of(source)
    if source.path.is_dir():
        return [path for path in walk(folder) if path.lower().endswith(suffixes)]
    places = sorted(place for place in folder.glob(beside) if place.is_dir() and not place.name.startswith("."))
    return [f"{place.name}/{path}" for place in places for path in walk(place) if path.lower().endswith(suffixes)]


def split_in(path: str) -> str | None:
    """The split that a word of a path names: ``labels/train/a.txt``, ``instances_val2017.json``; the innermost one."""
    found = [_SPLITS[word] for word in re.findall("[a-z]+", path.lower()) if word in _SPLITS]
    return found[-1] if found else None


def only_one(found: list[Path], source: Source, needed: str) -> Path:
    """The one table that has what a layout needs.

    Raises:
        UnusableInput: there is none, or there are several.
    """
    if len(found) == 1:
        return found[0]
    names = ", ".join(path.name for path in found) or "none"
    raise UnusableInput(
        f"{source.path}: one table with the columns {needed} is needed; found: {names}. Give the CSV itself."
    )
