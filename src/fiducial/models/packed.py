"""Reading a packed bundle: each file by its place in the archive, wherever that lies, and nothing unpacked."""

import stat
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from fiducial.errors import UnusableInput
from fiducial.models.archives import Archive, ArchiveStream, InMemory, OnDisk
from fiducial.models.names import refuse_names, refuse_without_manifest

MAGIC = b"PK\x03\x04"

_LOCAL = struct.Struct("<26xHH")  # of a local header: the lengths of the name and of what stands after it
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class PackedFiles(Mapping[str, bytes | memoryview]):
    """A file is read when it is asked for: views of an archive in memory, fresh bytes from one on disk."""

    archive: Archive
    places: Mapping[str, tuple[int, int]]  # where each begins, and its size, in bytes

    def __getitem__(self, name: str) -> bytes | memoryview:
        return self.archive.read(*self.places[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


def read_packed(source: Path | bytes, where: str = "the bundle in memory") -> PackedFiles:
    """Read the list of a packed bundle's files, from a path or from memory; ``where`` names the latter in errors.

    Raises:
        UnusableInput: not a packed bundle, no ``bundle.toml``, a compressed, encrypted or overlapping entry, a link,
            a name to refuse, or two that collide.
    """
    if isinstance(source, bytes):
        return read_archive(InMemory(source), where)
    try:
        return read_archive(OnDisk.at(source), str(source))
    except OSError as refused:
        raise UnusableInput(
            f"{source}: cannot be read ({refused.strerror}). Name a packed bundle; `fiducial bundle pack` makes one of "
            "a folder."
        ) from refused


def read_archive(archive: Archive, where: str) -> PackedFiles:
    """The same, wherever the archive lies."""
    try:
        with ArchiveStream(archive) as stream:
            return PackedFiles(archive, _places(cast("IO[bytes]", stream), archive.size, where))
    except (BadZipFile, struct.error, ValueError, NotImplementedError) as broken:
        raise UnusableInput(
            f"{where}: is not a packed bundle, or was cut short ({broken}). Copy it again, or pack it again."
        ) from broken


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
