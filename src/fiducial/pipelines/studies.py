"""What a user points at, as studies: images, folders of a known layout, cohort tables."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from fiducial.cohort.build import build_cohort
from fiducial.cohort.layouts.contract import Source, Unit
from fiducial.cohort.reading import walk
from fiducial.cohort.table import Cohort, read_cohort
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.models.contract import Study
from fiducial.models.reading import studies_of
from fiducial.scans.raster import SUFFIXES

_TABLES = (".parquet", ".csv", ".csv.gz")


def studies_in(sources: Sequence[str | Path], unit: Unit = Unit.STUDY) -> list[Study]:
    """The studies of every source, in order. ``unit``: what one decision is about, in a folder.

    In a folder of pictures that no table names, each is a study. A file of a folder that cannot be read is a study of
    its own, which will be listed as failed.

    Raises:
        UnusableInput: nothing is there, or a table or folder cannot be used.
        WrongUsage: nothing was named, or two studies have one name.
    """
    found = [study for source in sources for study in _of(Path(source), unit)]
    if not found:
        raise WrongUsage("no study was named; give images, folders or cohort tables.")
    seen: set[str] = set()
    for study in found:
        if study.study in seen:
            raise WrongUsage(f"two studies are called {study.study!r}; give them in one cohort table with other names.")
        seen.add(study.study)
    return found


def _of(source: Path, unit: Unit) -> list[Study]:
    if source.is_dir():
        paths = sorted(walk(source))
        if paths and all(path.lower().endswith(SUFFIXES) for path in paths):  # pictures, and no table that names them
            return [Study(path, (source / path,)) for path in paths]
        cohort = build_cohort(Source(source, unit)).cohort
        return [*studies_of(cohort), *_unreadable(cohort)]
    if not source.exists():
        raise UnusableInput(f"{source}: there is no such file or folder.")
    if source.name.lower().endswith(_TABLES):
        return studies_of(read_cohort(source))
    return [Study(source.name, (source,))]


def _unreadable(cohort: Cohort) -> list[Study]:
    if cohort.files is None:
        return []
    lost = cohort.files.filter(pl.col("study").is_null())["path"].sort().to_list()
    return [Study(path, (cohort.folder / path,)) for path in lost]
