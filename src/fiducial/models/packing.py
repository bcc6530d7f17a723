"""A bundle as one file: a stored zip with sorted names and fixed dates, the same bytes from the same files.

``contents.json`` stands last: each file is hashed while it is copied, so that what is listed is what was packed.
"""

import hashlib
from pathlib import Path
from stat import S_IFREG
from typing import IO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from fiducial.files.writing import replacing
from fiducial.models.contents import SCHEMA, Contents, Listed
from fiducial.models.folder import FolderFiles, read_folder
from fiducial.models.names import CONTENTS

_PIECE = 2**20  # bytes copied at a time
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date that a zip can hold
_UNIX = 3  # the system whose attributes are written, on whichever it is packed


def pack_bundle(folder: Path, out: Path) -> Path:
    """Write the ``.fidu`` file of a bundle's folder, byte for byte the same from the same files.

    A ``contents.json`` in the folder is not taken over but written anew.

    Raises:
        UnusableInput: the folder is no bundle, holds a link or a name to refuse, or ``out`` cannot be written.
    """
    files = read_folder(folder)
    with replacing(out) as temporary, ZipFile(temporary, "w", ZIP_STORED) as archive:
        _fill(archive, files)
    return out


def _fill(archive: ZipFile, files: FolderFiles) -> None:
    listed = {}
    for name in files:
        if name != CONTENTS:
            with files.open(name) as source, archive.open(_entry(name), "w", force_zip64=True) as target:
                listed[name] = _copy(source, target)
    archive.writestr(_entry(CONTENTS), Contents(schema=SCHEMA, files=listed).as_bytes())


def _copy(source: IO[bytes], target: IO[bytes]) -> Listed:
    digest, size = hashlib.sha256(), 0
    while piece := source.read(_PIECE):
        target.write(piece)
        digest.update(piece)
        size += len(piece)
    return Listed(sha256=f"sha256:{digest.hexdigest()}", size=size)


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, _EPOCH)
    entry.create_system = _UNIX
    entry.external_attr = (S_IFREG | 0o644) << 16
    return entry
