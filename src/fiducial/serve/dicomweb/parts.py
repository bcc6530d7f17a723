"""Messages of several parts (RFC 2387), read and written as a stream: nothing is held in memory but a piece."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from uuid import uuid4

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from fiducial.serve.errors import Refused, TooLarge
from fiducial.serve.intake.limits import Limits

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """One part to be sent."""

    kind: str  # its Content-Type
    content: Path | bytes
    location: str = ""


@dataclass(slots=True, eq=False)
class Arrived:
    """One part that came, as a file without a name. ``refused``: why it was not read to its end."""

    file: IO[bytes]
    headers: dict[str, str]
    size: int = 0
    refused: TooLarge | None = None


def boundary_of(content_type: str) -> tuple[str, bytes]:
    """The kind of the parts, as a request's header names it, and what stands between them.

    Raises:
        Refused: the request has no parts.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/related" or not boundary:
        raise Refused(
            f'the Content-Type is {content_type!r}. Expected multipart/related; type="application/dicom"; boundary=...'
        )
    return options.get(b"type", b"").decode("latin-1"), boundary


async def arriving_parts(
    stream: AsyncIterator[bytes], boundary: bytes, limits: Limits, folder: Path
) -> AsyncIterator[Arrived]:
    """Each part as soon as it is whole; its file, in ``folder``, is closed when the next is asked for.

    Raises:
        TooLarge: more parts or bytes than the limits; what came before counts.
        Refused: no such message, or one that was cut off.
    """
    reading = _Reading(limits, folder)
    parser = MultipartParser(boundary, reading.callbacks())  # type: ignore[arg-type]  # its TypedDict lists the same
    size = 0
    try:
        async for piece in stream:
            size += len(piece)
            if size > limits.package:
                raise TooLarge(f"the message is larger than {limits.package // 1024**2} MiB. Send it in parts.")
            parser.write(piece)
            for one in reading.taken():
                with one.file:
                    yield one
        parser.finalize()
    except FormParserError as broken:
        raise Refused(f"the message has no parts that can be read ({broken}). Send it again.") from broken
    finally:
        reading.close()
    if not reading.ended:
        raise Refused("the message was cut off; the parts that came whole were read. Send the rest again.")


@dataclass(slots=True, eq=False)
class _Reading:
    limits: Limits
    folder: Path
    ended: bool = False
    _count: int = 0
    _now: Arrived | None = None
    _whole: list[Arrived] = field(default_factory=list)
    _name: bytes = b""
    _value: bytes = b""

    def callbacks(self) -> Mapping[str, object]:
        return {f"on_{name}": getattr(self, f"_{name}") for name in (
            "part_begin", "header_field", "header_value", "header_end", "part_data", "part_end", "end",
        )}  # fmt: skip

    def taken(self) -> Iterator[Arrived]:
        whole, self._whole = self._whole, []
        yield from whole

    def close(self) -> None:
        for one in (self._now, *self._whole):
            if one is not None:
                one.file.close()

    def _part_begin(self) -> None:
        self._count += 1
        if self._count > self.limits.files:
            raise TooLarge(f"the message has more than {self.limits.files} parts, which is all that is taken.")
        self._now = Arrived(TemporaryFile(dir=self.folder), {})  # noqa: SIM115  (closed by who takes the part)

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._now is not None:
            self._now.headers[self._name.decode("latin-1").lower()] = self._value.decode("latin-1")
        self._name = self._value = b""

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        part = self._now
        if part is None or part.refused is not None:
            return
        part.size += end - start
        if part.size > self.limits.image:
            part.refused = TooLarge(f"is larger than {self.limits.image // 1024**2} MiB, which is all that is taken.")
            return
        part.file.write(data[start:end])

    def _part_end(self) -> None:
        if self._now is not None:
            self._now.file.seek(0)
            self._whole.append(self._now)
        self._now = None

    def _end(self) -> None:
        self.ended = True


@dataclass(frozen=True, slots=True)
class Related:
    """A message to be sent. ``kind``: of its parts."""

    kind: str
    boundary: str = field(default_factory=lambda: uuid4().hex)

    @property
    def content_type(self) -> str:
        """For its header."""
        return f'multipart/related; type="{self.kind}"; boundary={self.boundary}'

    def stream(self, parts: Iterable[Part]) -> Iterator[bytes]:
        """The bytes of the message."""
        for part in parts:
            location = f"Content-Location: {part.location}\r\n" if part.location else ""
            yield f"--{self.boundary}\r\nContent-Type: {part.kind}\r\n{location}\r\n".encode()
            yield from [part.content] if isinstance(part.content, bytes) else _pieces(part.content)
            yield b"\r\n"
        yield f"--{self.boundary}--\r\n".encode()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            yield piece
