"""What kind of file an image came in: its format and how its pixels are stored."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydicom.uid import UID

from fiducial.scans.headers import numbers
from fiducial.scans.scan import Scan

_MAGIC = {b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"BM": "BMP", b"II*\0": "TIFF", b"MM\0*": "TIFF"}


def format_of(path: Path, header: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """``{"format": ...}`` by the first bytes; a DICOM file, known by its header, with its transfer syntax.

    None where the content is of no format that we know, or cannot be read.
    """
    if header:
        syntax = header.get("TransferSyntaxUID")
        return {"format": f"DICOM, {_name_of(syntax)}" if syntax else "DICOM"}
    try:
        with path.open("rb") as stream:
            start = stream.read(132)
    except OSError:
        return {"format": None}
    if start[128:] == b"DICM":
        return {"format": "DICOM"}
    return {"format": next((name for magic, name in _MAGIC.items() if start.startswith(magic)), None)}


@lru_cache
def _name_of(syntax: str) -> str:
    return UID(syntax).name


def properties(scan: Scan) -> dict[str, int]:
    """Rows, columns, channels and bits a sample; the bits are BitsStored where the header gives them."""
    _, rows, columns, *samples = scan.array.shape
    stored = numbers(scan.header, "BitsStored")
    bits = int(stored[0]) if stored else scan.array.dtype.itemsize * 8
    return {"rows": rows, "columns": columns, "channels": samples[0] if samples else 1, "bits": bits}
