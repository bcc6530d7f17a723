"""Files into facts, in parallel: size, pixel hash, a small look, header text, or the reason why not."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

import polars as pl

from fiducial.batch import Done, run
from fiducial.cohort.layouts.contract import Source
from fiducial.cohort.table import FILES_SCHEMA
from fiducial.errors import FiducialError
from fiducial.scans.dicom import MAGIC, MAGIC_AT, header_of, parse, pixels_of
from fiducial.scans.hashes import pixel_hash
from fiducial.scans.headers import overlay_planes
from fiducial.scans.look import Look, look
from fiducial.scans.read import read_scan
from fiducial.scans.scan import Array, is_flat

Place: TypeAlias = tuple[str | None, str | None, str | None]  # the (study, series, image) that a file belongs to

DICOM_SUFFIXES = (".dcm", ".dicom", ".ima")
_DIRECTORY = "1.2.840.10008.1.3.10"  # Media Storage Directory Storage: a table of contents, no object of a study


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What one file holds; ``header`` is empty where none could be read."""

    path: str  # relative to the folder of the listing
    bytes: int | None = None
    pixel_hash: str | None = None
    flat: bool | None = None
    look: Look | None = None
    overlay_planes: int | None = None
    reason: str | None = None
    header: dict[str, str] = field(default_factory=dict)


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


def read_images(folder: Path, paths: list[str], source: Source) -> Iterator[FileFacts]:
    """The facts of images of any format we read, in the order of ``paths``."""
    for done in run(partial(_image_facts, folder), paths, workers=source.workers, told=source.told):
        yield done.result or FileFacts(done.item, _size(folder / done.item), reason=done.reason)


def read_dicoms(folder: Path, paths: list[str], source: Source) -> Iterator[FileFacts | None]:
    """The facts of DICOM files, in the order of ``paths``; None for a file that is no DICOM and never meant to be."""
    for done in run(partial(_dicom_facts, folder), paths, workers=source.workers, told=source.told):
        yield done.result if done.reason is None else _despite(folder, done)


def files_frame(facts: Iterable[FileFacts], places: Mapping[str, Place]) -> pl.DataFrame:
    """The files table; a file without a place belongs to no row."""
    nowhere = (None, None, None)
    rows = [
        (
            *(one.path, *places.get(one.path, nowhere), one.bytes, one.pixel_hash, one.flat),
            *(astuple(one.look) if one.look else (None,) * len(fields(Look))),
            *(one.overlay_planes, one.reason),
        )
        for one in facts
    ]
    return pl.DataFrame(rows, schema=FILES_SCHEMA, orient="row")


def _image_facts(folder: Path, path: str) -> FileFacts:
    size = _size(folder / path)
    try:
        return _with_pixels(FileFacts(path, size), read_scan(folder / path).array)
    except FiducialError as told:
        return FileFacts(path, size, reason=str(told))


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
    if header.get("SOPClassUID") == _DIRECTORY or (claims is None and "SOPClassUID" not in header):
        return None
    facts = FileFacts(shown, size, header=header, overlay_planes=overlay_planes(dataset))
    try:
        return _with_pixels(facts, pixels_of(dataset))
    except FiducialError as told:
        return replace(facts, reason=str(told))


def _with_pixels(facts: FileFacts, array: Array) -> FileFacts:
    inverted = facts.header.get("PhotometricInterpretation") == "MONOCHROME1"
    return replace(facts, pixel_hash=pixel_hash(array), flat=is_flat(array), look=look(array, inverted=inverted))


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
