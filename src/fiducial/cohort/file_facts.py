"""What one file holds: size, hash, geometry, a small look, header text, or the reason why not.

This is what the processes of a batch import: no tables here, for a process that starts sooner.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.tag import Tag

from fiducial.errors import FiducialError
from fiducial.scans.dicom import MAGIC, MAGIC_AT, header_of, identifying_of, parse, pixels_of, spacing_of
from fiducial.scans.geometry import body_in_frame
from fiducial.scans.hashes import pixel_hash
from fiducial.scans.headers import overlay_planes, values_of
from fiducial.scans.look import is_section, look
from fiducial.scans.plane import middle_slice
from fiducial.scans.properties import format_of, properties
from fiducial.scans.read import read_scan
from fiducial.scans.scan import Scan, is_flat

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


def bytes_of(path: Path) -> int | None:
    """The size of a file, where the disk tells it."""
    try:
        return path.stat().st_size
    except OSError:
        return None


def image_facts(folder: Path, path: str) -> FileFacts:
    """Of an image of any format we read."""
    if is_dicom(folder / path):  # its header is worth keeping, too
        table_of_contents = FileFacts(path, bytes_of(folder / path), reason="is a table of contents (DICOMDIR)")
        return dicom_facts(folder, path) or table_of_contents
    facts = FileFacts(path, bytes_of(folder / path), measures=format_of(folder / path))
    try:
        return _with_pixels(facts, read_scan(folder / path))
    except FiducialError as told:
        return replace(facts, reason=str(told))


def dicom_facts(folder: Path, path: str) -> FileFacts | None:
    """Of a DICOM file; None for one that is no DICOM and never meant to be."""
    size = bytes_of(folder / path)
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


def header_facts(folder: Path, path: str, reason: str | None) -> FileFacts:
    """What is still known of a file whose decoder failed in a way that nobody foresaw: its header, perhaps."""
    try:
        header = header_of(parse(folder / path))
    except FiducialError:
        header = {}
    return FileFacts(_printable(path), bytes_of(folder / path), reason=reason, header=header)


def _with_pixels(facts: FileFacts, scan: Scan) -> FileFacts:
    middle = middle_slice(scan)
    seen = look(middle, for_overlays=not is_section(scan)).measures()
    measures = facts.measures | properties(scan) | body_in_frame(middle, scan.spacing).measures() | seen
    return replace(facts, pixel_hash=pixel_hash(scan.array), flat=is_flat(scan.array), measures=measures)


def _printable(path: str) -> str:
    """A name whose bytes are not UTF-8 cannot stand in a table as it is."""
    return path.encode("utf-8", "replace").decode()
