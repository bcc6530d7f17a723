"""The pixels of a cohort read once more, for who does not take the files table's word for them."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl

from fiducial.batch import run
from fiducial.cohort.table import Cohort
from fiducial.errors import FiducialError, UnusableInput
from fiducial.scans.hashes import pixel_hash
from fiducial.scans.read import read_scan


def read_again(cohort: Cohort, *, workers: int = -1, told: Callable[[int, int], None] | None = None) -> Cohort:
    """The cohort with the hash of every image as it lies on the disk now; null where it cannot be read.

    Raises:
        UnusableInput: the cohort has no files table, so that nobody knows its images.
    """
    if cohort.files is None:
        raise UnusableInput(f"{cohort.name}: has no files table beside it, so there are no images to read again.")
    work = partial(_hash_of, cohort.folder)
    hashes = [done.result for done in run(work, cohort.files["path"].to_list(), workers=workers, told=told)]
    files = cohort.files.with_columns(pl.Series("pixel_hash", hashes, dtype=pl.String))
    return replace(cohort, files=files)


def _hash_of(folder: Path, path: str) -> str | None:
    try:
        return pixel_hash(read_scan(folder / path).array)
    except FiducialError:
        return None
