"""The files of a folder into facts, in parallel and remembered, and facts into the files table."""

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from fiducial.cohort.file_facts import FileFacts, bytes_of, dicom_facts, header_facts, image_facts
from fiducial.cohort.journal import remembered
from fiducial.cohort.layouts.contract import Source
from fiducial.cohort.table import FILES_SCHEMA
from fiducial.scans.perceptual import as_miniatures, perceptual_hashes

Place: TypeAlias = tuple[str | None, str | None, str | None]  # the (study, series, image) that a file belongs to


def walk(folder: Path) -> Iterator[str]:
    """Every file below a folder, as paths relative to it, in order of name; hidden files and folders are passed by."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(place, name).relative_to(folder).as_posix()


# Folders are handed out absolute: a process that reads may have begun before its caller went to another folder.


def read_images(folder: Path, paths: list[str], source: Source) -> Iterator[FileFacts]:
    """The facts of images of any format we read, in the order of ``paths``."""
    for done in remembered(partial(image_facts, folder.absolute()), folder, paths, source, FileFacts):
        yield done.result or FileFacts(done.item, bytes_of(folder / done.item), reason=done.reason)


def read_dicoms(folder: Path, paths: list[str], source: Source) -> Iterator[FileFacts | None]:
    """The facts of DICOM files, in the order of ``paths``; None for a file that is no DICOM and never meant to be."""
    for done in remembered(partial(dicom_facts, folder.absolute()), folder, paths, source, FileFacts):
        yield done.result if done.reason is None else header_facts(folder, done.item, done.reason)


def files_frame(facts: Iterable[FileFacts], places: Mapping[str, Place]) -> pl.DataFrame:
    """The files table; a file without a place belongs to no row."""
    rows = [_row(one, *places.get(one.path, (None, None, None))) for one in facts]
    return _hashed(pl.DataFrame(rows, schema=FILES_SCHEMA, orient="row"))


def _hashed(files: pl.DataFrame) -> pl.DataFrame:
    """With the perceptual hashes of the thumbnails: all at once costs a tenth of one by one."""
    seen = files["thumbnail"].is_not_null()
    found = np.zeros(files.height, dtype=np.uint64)
    found[seen.to_numpy()] = perceptual_hashes(as_miniatures(files["thumbnail"].drop_nulls()))
    return files.with_columns(perceptual_hash=pl.when(seen).then(pl.Series(found)))


def _row(one: FileFacts, study: str | None, series: str | None, image: str | None) -> list[Any]:
    told = {"path": one.path, "study": study, "series": series, "image": image, "reason": one.reason}
    read = {"bytes": one.bytes, "pixel_hash": one.pixel_hash, "flat": one.flat}
    everything = one.measures | told | read
    return [everything.get(name) for name in FILES_SCHEMA]
