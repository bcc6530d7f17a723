"""Where an archive's bytes lie: in memory or on disk, read by place, and as a stream for whoever wants one."""

import os
from dataclasses import dataclass
from io import SEEK_CUR, SEEK_END, SEEK_SET, RawIOBase
from pathlib import Path
from typing import Protocol

from fiducial.errors import UnusableInput


class Archive(Protocol):
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


class ArchiveStream(RawIOBase):
    """An archive as a file that can be read and searched; nothing is copied but what is read."""

    def __init__(self, archive: Archive) -> None:
        """Begin at the first byte."""
        self._archive = archive
        self._at = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The next byte's place."""
        return self._at

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """Raises ValueError before the first byte."""
        place = offset + {SEEK_SET: 0, SEEK_CUR: self._at, SEEK_END: self._archive.size}[whence]
        if place < 0:
            raise ValueError(f"byte {place} is before the beginning")
        self._at = place
        return place

    def read(self, size: int = -1) -> bytes:
        """As many bytes as are left, at most ``size``."""
        left = max(self._archive.size - self._at, 0)
        wanted = left if size < 0 else min(size, left)
        start, self._at = self._at, self._at + wanted
        return bytes(self._archive.read(start, wanted)) if wanted else b""


def _identity(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
