"""Reading a ``.fidu`` file: each file by its place in the archive, from disk or from memory, nothing unpacked."""

import os
import stat
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Protocol
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from fiducial.errors import UnusableInput
from fiducial.models.names import refuse_names, refuse_without_manifest

MAGIC = b"PK\x03\x04"

_LOCAL = struct.Struct("<26xHH")  # of a local header: the lengths of the name and of what stands after it
_ENCRYPTED = 0x1


class Bytes(Protocol):
    """An archive's bytes, wherever they lie."""

    @property
    def size(self) -> int:
        """In bytes."""
        ...

    def read(self, start: int, size: int) -> bytes | memoryview:
        """Exactly these bytes."""
        ...


@dataclass(frozen=True, slots=True)
class InMemory:
    """Slices of one object that is never copied."""

    content: bytes

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)

    def read(self, start: int, size: int) -> memoryview:
        """A view: it keeps the archive alive, and costs nothing."""
        return memoryview(self.content)[start : start + size]


@dataclass(frozen=True, slots=True)
class OnDisk:
    """One file, opened for each read, so that nothing has to be closed; refused once it is no longer the same file."""

    path: Path
    size: int
    identity: tuple[int, int, int, int]

    @classmethod
    def at(cls, path: Path) -> "OnDisk":
        """Remember which file stands there now."""
        found = path.stat()
        return cls(path, found.st_size, _identity(found))

    def read(self, start: int, size: int) -> bytes:
        """Raises UnusableInput where the file was changed since it was opened."""
        with self.path.open("rb") as stream:
            if _identity(os.fstat(stream.fileno())) != self.identity:
                raise UnusableInput(f"{self.path}: was changed while it was in use. Open the bundle again.")
            stream.seek(start)
            return stream.read(size)


@dataclass(frozen=True, slots=True)
class PackedFiles(Mapping[str, bytes | memoryview]):
    """A file is read when it is asked for: views of an archive in memory, fresh bytes from one on disk."""

    archive: Bytes
    places: Mapping[str, tuple[int, int]]  # where each begins, and its size, in bytes

    def __getitem__(self, name: str) -> bytes | memoryview:
        return self.archive.read(*self.places[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


def read_packed(source: Path | bytes, where: str | None = None) -> PackedFiles:
    """Read an archive's list of files; ``where`` names it in errors.

    Raises:
        UnusableInput: not a packed bundle, no ``bundle.toml``, a compressed, encrypted or overlapping entry, a link,
            a name to refuse, or two that collide.
    """
    where = where or (str(source) if isinstance(source, Path) else "the bundle in memory")
    try:
        archive: Bytes = InMemory(source) if isinstance(source, bytes) else OnDisk.at(source)
        with BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
            places = _places(stream, archive.size, where)
    except OSError as refused:
        raise UnusableInput(
            f"{where}: cannot be read ({refused.strerror}). Name a packed bundle; "
            "`fiducial bundle pack` makes one of a folder."
        ) from refused
    except (BadZipFile, struct.error, ValueError, NotImplementedError) as broken:
        raise UnusableInput(
            f"{where}: is not a packed bundle, or was cut short ({broken}). Copy it again, or pack it again."
        ) from broken
    return PackedFiles(archive, places)


def _places(stream: IO[bytes], size: int, where: str) -> dict[str, tuple[int, int]]:
    with ZipFile(stream) as zipped:
        entries = zipped.infolist()
        listed_at = zipped.start_dir
    refuse_names((entry.orig_filename for entry in entries), where)
    for entry in entries:
        _refuse_kind(entry, where)
    refuse_without_manifest([entry.filename for entry in entries], where)
    places = {entry.filename: (_start(stream, entry), entry.file_size) for entry in entries}
    _refuse_overlap(places, min(listed_at, size), where)
    return places


def _refuse_kind(entry: ZipInfo, where: str) -> None:
    mode = entry.external_attr >> 16
    if entry.compress_type != ZIP_STORED or entry.compress_size != entry.file_size or entry.flag_bits & _ENCRYPTED:
        raise UnusableInput(
            f"{where}: {entry.orig_filename!r} is compressed or encrypted; a bundle stores its files as they are. "
            "Pack the bundle with `fiducial bundle pack`."
        )
    if stat.S_IFMT(mode) and not stat.S_ISREG(mode):
        raise UnusableInput(
            f"{where}: {entry.orig_filename!r} is a link or no file. Pack the bundle with `fiducial bundle pack`."
        )


def _start(stream: IO[bytes], entry: ZipInfo) -> int:
    """Where an entry's bytes begin: after its local header, whose length the list does not tell."""
    stream.seek(entry.header_offset)
    header = stream.read(_LOCAL.size)
    if not header.startswith(MAGIC):
        raise BadZipFile(f"no entry begins at byte {entry.header_offset:,}")
    name, extra = _LOCAL.unpack(header)
    return int(entry.header_offset + _LOCAL.size + name + extra)


def _refuse_overlap(places: Mapping[str, tuple[int, int]], end: int, where: str) -> None:
    """Entries that share bytes let a small archive unpack to a large one (Fifield 2019, "A better zip bomb")."""
    reached = 0
    for start, size in sorted(places.values()):
        if start < reached or start + size > end:
            raise UnusableInput(f"{where}: its files overlap or end outside of it. Pack it again from its folder.")
        reached = start + size


def _identity(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
