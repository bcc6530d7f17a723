"""Files into facts, in parallel: size, hash, geometry, a small look, header text, or the reason why not."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from fiducial.batch import Done
from fiducial.cohort.journal import remembered
from fiducial.cohort.layouts.contract import Source
from fiducial.cohort.table import FILES_SCHEMA
from fiducial.errors import FiducialError
from fiducial.scans.dicom import MAGIC, MAGIC_AT, header_of, identifying_of, parse, pixels_of, spacing_of
from fiducial.scans.geometry import body_in_frame
from fiducial.scans.hashes import pixel_hash
from fiducial.scans.headers import overlay_planes, values_of
from fiducial.scans.look import is_section, look
from fiducial.scans.perceptual import as_miniatures, perceptual_hashes
from fiducial.scans.plane import middle_slice
from fiducial.scans.properties import format_of, properties
from fiducial.scans.read import read_scan
from fiducial.scans.scan import Scan, is_flat

Place: TypeAlias = tuple[str | None, str | None, str | None]  # the (study, series, image) that a file belongs to

DICOM_SUFFIXES = (".dcm", ".dicom", ".ima")
_CLASS = Tag("SOPClassUID")
_DIRECTORY = "1.2.840.10008.1.3.10"  # Media Storage Directory Storage


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What one file holds; ``header`` is empty where none could be read."""

    path: str  # relative to the folder of the listing
    bytes: int | None = None
    pixel_hash: str | None = None
    flat: bool | None = None
    reason: str | None = None
    header: dict[str, str] = field(default_factory=dict)
    measures: dict[str, Any] = field(default_factory=dict)  # what else the files table holds, by its column


def walk(folder: Path) -> Iterator[str]:
    """Every file below a folder, as paths relative to it, in order of name; hidden files and folders are passed by."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(place, name).relative_to(folder).as_posix()


def is_dicom(path: Path) -> bool:
    """Whether a file bears the magic of DICOM."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAGIC_AT + len(MAGIC))[MAGIC_AT:] == MAGIC
    except OSError:
        return False


def claims_to_be_dicom(path: Path) -> bool | None:
    """True: by its name or its magic. None: without a suffix, so that only parsing tells. False: something else."""
    if path.suffix.lower() in DICOM_SUFFIXES or is_dicom(path):
        return True
    return False if path.suffix else None


def is_directory(dataset: Dataset) -> bool:
    """Whether a parsed file is a DICOMDIR: a table of contents, no object of a study."""
    return _CLASS in dataset and values_of(dataset, _CLASS) == [_DIRECTORY]


def read_images(folder: Path, paths: list[str], source: Source) -> Iterator[FileFacts]:
    """The facts of images of any format we read, in the order of ``paths``."""
    for done in remembered(partial(_image_facts, folder), folder, paths, source, FileFacts):
        yield done.result or FileFacts(done.item, _size(folder / done.item), reason=done.reason)


def read_dicoms(folder: Path, paths: list[str], source: Source) -> Iterator[FileFacts | None]:
    """The facts of DICOM files, in the order of ``paths``; None for a file that is no DICOM and never meant to be."""
    for done in remembered(partial(_dicom_facts, folder), folder, paths, source, FileFacts):
        yield done.result if done.reason is None else _despite(folder, done)


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


def _image_facts(folder: Path, path: str) -> FileFacts:
    if is_dicom(folder / path):  # its header is worth keeping, too
        table_of_contents = FileFacts(path, _size(folder / path), reason="is a table of contents (DICOMDIR)")
        return _dicom_facts(folder, path) or table_of_contents
    facts = FileFacts(path, _size(folder / path), measures=format_of(folder / path))
    try:
        return _with_pixels(facts, read_scan(folder / path))
    except FiducialError as told:
        return replace(facts, reason=str(told))


def _dicom_facts(folder: Path, path: str) -> FileFacts | None:
    size = _size(folder / path)
    claims = claims_to_be_dicom(folder / path)
    if claims is False:
        return None
    shown = _printable(path)
    try:
        dataset = parse(folder / path)
    except FiducialError as told:
        return FileFacts(shown, size, reason=str(told)) if claims else None
    header = header_of(dataset)
    if is_directory(dataset) or (claims is None and "SOPClassUID" not in header):
        return None
    seen = {"overlay_planes": overlay_planes(dataset), "identifying": identifying_of(dataset)}
    measures: dict[str, Any] = {**format_of(folder / path, header), **seen}
    facts = FileFacts(shown, size, header=header, measures=measures)
    try:
        return _with_pixels(facts, Scan(pixels_of(dataset), spacing_of(header), header))
    except FiducialError as told:
        return replace(facts, reason=str(told))


def _with_pixels(facts: FileFacts, scan: Scan) -> FileFacts:
    middle = middle_slice(scan)
    seen = look(middle, for_overlays=not is_section(scan)).measures()
    measures = facts.measures | properties(scan) | body_in_frame(middle, scan.spacing).measures() | seen
    return replace(facts, pixel_hash=pixel_hash(scan.array), flat=is_flat(scan.array), measures=measures)


def _despite(folder: Path, done: Done[str, FileFacts | None]) -> FileFacts:
    """What is still known of a file whose decoder failed in a way that nobody foresaw: its header, perhaps."""
    try:
        header = header_of(parse(folder / done.item))
    except FiducialError:
        header = {}
    return FileFacts(_printable(done.item), _size(folder / done.item), reason=done.reason, header=header)


def _printable(path: str) -> str:
    """A name whose bytes are not UTF-8 cannot stand in a table as it is."""
    return path.encode("utf-8", "replace").decode()


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
