"""One door to every image format: what a file is, is decided by its content; its name only words the refusal."""

from pathlib import Path

from fiducial.errors import UnusableInput
from fiducial.scans.dicom import MAGIC, MAGIC_AT, read_dicom
from fiducial.scans.nifti import SUFFIXES as NIFTI_SUFFIXES
from fiducial.scans.nifti import read_nifti
from fiducial.scans.raster import SUFFIXES, read_raster
from fiducial.scans.scan import Scan

_RASTER_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*")


def read_scan(path: str | Path) -> Scan:
    """Read DICOM, PNG, JPEG, BMP, TIFF or NIfTI.

    Raises:
        UnusableInput: with a short reason that reads as a sentence behind the file's name.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            start = stream.read(MAGIC_AT + len(MAGIC))
    except FileNotFoundError as absent:
        raise UnusableInput("no such file") from absent
    except OSError as refused:
        raise UnusableInput(f"cannot be read ({refused.strerror})") from refused
    if not start:
        raise UnusableInput("is empty (0 bytes)")
    if start[MAGIC_AT:] != MAGIC and path.name.lower().endswith(NIFTI_SUFFIXES):
        return read_nifti(path)
    # A TIFF may hide behind a DICOM preamble (a dual-personality file); DICOM is what we take it for.
    called_raster = start.startswith(_RASTER_MAGIC) or path.suffix.lower() in SUFFIXES
    if start[MAGIC_AT:] != MAGIC and called_raster:
        return read_raster(path)
    return read_dicom(path)
