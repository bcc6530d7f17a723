"""The files of an upload: as they are, or unpacked from zips within limits on size, count, depth and ratio."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import RawIOBase
from pathlib import PurePosixPath
from typing import IO, BinaryIO, cast

from fiducial.errors import UnusableInput
from fiducial.serve.errors import Refused, TooLarge
from fiducial.serve.intake.limits import Limits

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"


def files_of(stream: BinaryIO, name: str, limits: Limits) -> Iterator[tuple[str, BinaryIO]]:
    """(name, stream) of every file; the stream is closed when the next is asked for.

    Raises:
        TooLarge: more files, bytes or zips in zips than the limits, or packed so well that it must be a bomb.
        Refused: a zip that is damaged or encrypted.
    """
    yield from _Unpacking(limits).files(stream, name, 0)


class _Unpacking:
    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.count = self.size = 0

    def files(self, stream: BinaryIO, name: str, depth: int) -> Iterator[tuple[str, BinaryIO]]:
        if _start(stream) not in {_ZIP, _EMPTY_ZIP}:
            self.count += 1
            if self.count > self.limits.files:
                raise TooLarge(f"{name}: holds more than {self.limits.files} files, which is all that is taken.")
            yield name, stream
            return
        if depth >= self.limits.depth:
            raise TooLarge(f"{name}: is a zip in a zip in a zip. Unpack it and send the files.")
        with _telling_damage(name), zipfile.ZipFile(stream) as package:
            for member in package.infolist():
                yield from self._member(package, member, name, depth)

    def _member(
        self, package: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, depth: int
    ) -> Iterator[tuple[str, BinaryIO]]:
        inner = f"{name}/{PurePosixPath(member.filename).name}"
        if member.is_dir():
            return
        if member.flag_bits & 0x1:
            raise Refused(f"{inner}: is encrypted. Send it without a password, over TLS.")
        self.size += member.file_size
        if self.size > self.limits.package:
            raise TooLarge(f"{name}: unpacks to more than {self.limits.package // 1024**2} MiB. Send it in parts.")
        if member.file_size > self.limits.ratio * max(1, member.compress_size) and member.file_size > 1 << 20:
            raise TooLarge(f"{inner}: unpacks to {self.limits.ratio:g} times its size or more, as no image does.")
        with _Member(package, member, inner) as opened:
            yield from self.files(cast("BinaryIO", opened), inner, depth + 1)


class _Member(RawIOBase):
    """A file in a zip, unpacked as it is read: only then does damage show, and to whoever reads this one alone."""

    def __init__(self, package: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> None:
        self._package, self._member, self._name = package, member, name
        self._opened: IO[bytes] | None = None

    def read(self, size: int = -1) -> bytes:
        with _telling_damage(self._name):
            return self._stream().read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        with _telling_damage(self._name):
            return self._stream().seek(offset, whence)

    def tell(self) -> int:
        with _telling_damage(self._name):
            return self._stream().tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
        super().close()

    def _stream(self) -> IO[bytes]:
        if self._opened is None:
            self._opened = self._package.open(self._member)
        return self._opened


def _start(stream: BinaryIO) -> bytes:
    """By what a zip is known; nothing where it cannot be read, which whoever reads the whole is told."""
    start = b""
    with suppress(Refused):
        start = stream.read(len(_ZIP))
    with suppress(Refused):
        stream.seek(0)
    return start


@contextmanager
def _telling_damage(name: str) -> Iterator[None]:
    try:
        yield
    except UnusableInput:
        raise
    except Exception as broken:  # zipfile raises what zlib, struct, a codec of names or its own reading raise
        raise Refused(f"{name}: is a damaged zip ({str(broken) or type(broken).__name__}). Pack it again.") from broken
