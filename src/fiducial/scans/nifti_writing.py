"""Volumes out as NIfTI-1: int16 HU and the way to patient space, so that reading gives the same volume back."""

import gzip
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.writing import replacing
from fiducial.scans.nifti import AFFINE_NOTE, EXTENSION_AT, NOTE_CODE, SUFFIXES, TO_LPS, Matrix
from fiducial.scans.volume import Volume

_INT16, _BITS = 4, 16
_MILLIMETRES = 2
_SCANNER = 1  # the sform leads to the scanner's space
_LONGEST = 32767  # voxels along an axis: NIfTI-1 counts in int16


def write_volume(volume: Volume, path: str | Path) -> None:
    """Write (slices, rows, columns) HU to .nii or .nii.gz, all of it or nothing; the same volume gives the same bytes.

    The affine goes from LPS to the file's RAS as its sform, in float32 as NIfTI-1 has it. Its full float64 stands
    behind the header in a comment that other readers skip: ``read_volume`` gives back to the last bit what was written.
    Header and notes have no place in NIfTI and are left out.

    Raises:
        WrongUsage: the name ends in neither .nii nor .nii.gz.
        UnusableInput: the folder cannot be written to, or an axis is too long for NIfTI-1.
    """
    path = Path(path)
    if not path.name.lower().endswith(SUFFIXES):
        raise WrongUsage(f"{path}: a volume is written as .nii or .nii.gz; give it such a name.")
    if max(volume.array.shape) > _LONGEST:
        raise UnusableInput(f"{path}: NIfTI-1 holds {_LONGEST} voxels along an axis; got {volume.array.shape}.")
    ras = (TO_LPS @ volume.affine)[:, [2, 1, 0, 3]]
    note = _note(volume.affine)
    with replacing(path) as temporary, _opened(temporary, packed=path.name.lower().endswith(".gz")) as stream:
        stream.write(_header(volume.array.shape, ras, EXTENSION_AT + len(note)))
        stream.write(note)
        for plane in volume.array:
            stream.write(np.ascontiguousarray(plane, "<i2").tobytes())


def _header(shape: tuple[int, ...], ras: Matrix, begins: int) -> bytes:
    """Source: nifti1.h of https://nifti.nimh.nih.gov; offsets as there."""
    header = bytearray(EXTENSION_AT)
    spacing = np.linalg.norm(ras[:3, :3], axis=0)
    slices, rows, columns = shape
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, columns, rows, slices, 1, 1, 1, 1)
    struct.pack_into("<2h", header, 70, _INT16, _BITS)
    struct.pack_into("<8f", header, 76, 1, *spacing, 0, 0, 0, 0)
    struct.pack_into("<3f", header, 108, begins, 1, 0)  # where the voxels begin, slope, intercept
    struct.pack_into("<B", header, 123, _MILLIMETRES)
    struct.pack_into("<2h", header, 252, 0, _SCANNER)  # no qform: it cannot hold a sheared affine
    struct.pack_into("<12f", header, 280, *ras[:3].ravel())
    header[344:348] = b"n+1\0"
    header[348] = 1  # an extension follows
    return bytes(header)


def _note(affine: Matrix) -> bytes:
    """A header extension with the affine (slice, row, column) -> LPS to the last bit, a multiple of 16 bytes long."""
    text = AFFINE_NOTE + " ".join(float(one).hex() for one in affine[:3].ravel()).encode()
    size = -(-(8 + len(text) + 1) // 16) * 16  # a zero ends the text, however long it is
    return struct.pack("<2i", size, NOTE_CODE) + text.ljust(size - 8, b"\0")


@contextmanager
def _opened(path: Path, *, packed: bool) -> Iterator[BinaryIO]:
    with path.open("wb") as plain:
        if not packed:
            yield plain
            return
        # No name and no time in the archive: the same volume gives the same bytes.
        with gzip.GzipFile("", "wb", compresslevel=6, fileobj=plain, mtime=0) as stream:
            yield stream  # type: ignore[misc]  # it writes bytes like any binary file
