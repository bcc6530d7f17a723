"""Seal a packed bundle at rest under AES-256-GCM, and change the key of a sealed one.

Frames, because OpenSSL takes less than 2 GiB at once, and because 16 MiB at a time is faster and needs no second
copy of the whole.
"""

import os
from dataclasses import replace
from pathlib import Path
from shutil import copyfileobj
from typing import IO

from fiducial.errors import WrongUsage
from fiducial.files.writing import replacing
from fiducial.models.keyholders.contract import Keyholder
from fiducial.models.packed import read_packed
from fiducial.models.sealed import data_key_of, is_sealed, open_to_read
from fiducial.models.sealed_frames import KEY_BYTES, Keys
from fiducial.models.sealed_header import Header, read_header

FRAME = 16 * 2**20  # bytes of plain text

_PREFIX_BYTES = 4


def seal_bundle(path: Path, keyholder: Keyholder, out: Path, *, frame_size: int = FRAME) -> Path:
    """Seal a packed bundle under a data key of its own, which the keyholder wraps.

    Raises:
        UnusableInput: ``path`` is no packed bundle, or ``out`` cannot be written.
        WrongUsage: it is sealed already.
        FiducialError: the keyholder refuses.
    """
    if path.is_file() and is_sealed(path):
        raise WrongUsage(f"{path}: is sealed already. Change its key with `fiducial bundle rotate`.")
    read_packed(path)  # what could never be opened is not sealed
    data_key = os.urandom(KEY_BYTES)
    with path.open("rb") as plain, replacing(out) as temporary, temporary.open("wb") as sealed:
        total = os.fstat(plain.fileno()).st_size
        prefix = os.urandom(_PREFIX_BYTES)
        header = Header(frame_size, total, prefix, keyholder.key_id(), keyholder.wrap(data_key))
        _write_sealed(plain, sealed, header, Keys.of(data_key))
    return out


def rotate_bundle(path: Path, old: Keyholder, new: Keyholder) -> None:
    """Wrap the data key anew; the frames are copied as they are, and the file takes its name when all is written.

    Raises:
        UnusableInput: as ``unseal``, for the header; the file is then left as it was.
        FiducialError: a keyholder refuses.
    """
    with open_to_read(path) as sealed, replacing(path) as temporary, temporary.open("wb") as out:
        header = read_header(sealed, path)
        data_key = data_key_of(header, old, path)
        turned = Keys.of(data_key).tagged(replace(header, key_id=new.key_id(), wrapped=new.wrap(data_key)))
        out.write(turned.untagged + turned.tag)
        copyfileobj(sealed, out, FRAME)


def _write_sealed(plain: IO[bytes], sealed: IO[bytes], header: Header, keys: Keys) -> None:
    header = keys.tagged(header)
    sealed.write(header.untagged + header.tag)
    for index in range(header.frames):
        sealed.write(keys.seal(header, index, plain.read(header.frame_size)))
