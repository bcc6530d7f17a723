"""Data sets that are packed as a whole (PS3.5 A.5) within limits: pydicom unpacks all of one before it reads a byte."""

import zlib
from pathlib import Path
from typing import BinaryIO

from pydicom.filereader import read_dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

from fiducial.scans.dicom import MAGIC, MAGIC_AT, quiet
from fiducial.serve.errors import TooLarge
from fiducial.serve.intake.limits import MIB

_META = 0x0002  # the group that is never packed
_PIECE = 1 << 20


def refuse_bomb(path: Path, most: int) -> None:
    """Nothing for what unpacks to at most ``most`` bytes, or is not packed, or is none of ours to judge.

    Raises:
        TooLarge: it unpacks to more.
    """
    with path.open("rb") as stream:
        if _is_packed(stream) and _unpacks_to_more(stream, most):
            raise TooLarge(f"unpacks to more than {most // MIB} MiB, which is all that is taken.")


def _is_packed(stream: BinaryIO) -> bool:
    """Whether its meta says so; the stream then stands where the packed part begins."""
    stream.seek(MAGIC_AT)
    stream.seek(MAGIC_AT + len(MAGIC) if stream.read(len(MAGIC)) == MAGIC else 0)
    try:
        with quiet():
            meta = read_dataset(stream, is_implicit_VR=False, is_little_endian=True, stop_when=_behind_meta)
            return str(meta.get("TransferSyntaxUID", "")) == DeflatedExplicitVRLittleEndian
    except Exception:  # noqa: BLE001  (pydicom raises what its converters raise; who parses it next says so)
        return False


def _behind_meta(tag: int, _vr: str | None, _length: int) -> bool:
    return tag >> 16 != _META


def _unpacks_to_more(stream: BinaryIO, most: int) -> bool:
    unpacking, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
    try:
        while piece := stream.read(_PIECE):
            while piece:
                size += len(unpacking.decompress(piece, _PIECE))
                if size > most:
                    return True
                piece = unpacking.unconsumed_tail
    except zlib.error:  # who parses it says so
        return False
    return False
