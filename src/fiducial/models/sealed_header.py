"""The head of a sealed file: what it is, how long it must be, and the data key under another key.

    magic  schema  frame size  total  nonce prefix | key id  wrapped key | tag | frames ...
    `---------------- fixed -----------------------'`- rewritten by a rotation -'

The fixed part is associated data of every frame. The tag (HMAC-SHA256 under a key drawn from the data key) covers
all that stands before it, so that the part that a rotation rewrites cannot be changed by anybody else.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fiducial.errors import UnusableInput

MAGIC = b"\x89FIDU\r\n\x1a"  # as PNG's: no text begins so, and a transfer in text mode breaks it
SCHEMA = 1
TAG_BYTES = 32  # of the header's HMAC-SHA256
FRAME_TAG_BYTES = 16  # that AES-GCM adds to each frame
LARGEST_FRAME = 2**30  # AESGCM takes less than 2 GiB at once

_FIXED = struct.Struct(">8sHIQ4s")
_LENGTH = struct.Struct(">H")


@dataclass(frozen=True, slots=True)
class Header:
    """``frame_size`` and ``total`` are bytes of plain text; ``prefix`` is the first four of every nonce."""

    frame_size: int
    total: int
    prefix: bytes
    key_id: str
    wrapped: bytes
    tag: bytes = b""

    @property
    def fixed(self) -> bytes:
        """What no rotation changes."""
        return _FIXED.pack(MAGIC, SCHEMA, self.frame_size, self.total, self.prefix)

    @property
    def untagged(self) -> bytes:
        """All that the tag covers."""
        return self.fixed + _counted(self.key_id.encode("utf-8", "surrogateescape")) + _counted(self.wrapped)

    @property
    def frames(self) -> int:
        """How many frames follow."""
        return -(-self.total // self.frame_size)

    @property
    def file_size(self) -> int:
        """How long the whole file must be, in bytes."""
        return len(self.untagged) + TAG_BYTES + self.total + self.frames * FRAME_TAG_BYTES


def read_header(stream: IO[bytes], path: Path) -> Header:
    """Parse the head of a sealed file of exactly the right length; its tag is still to be proved.

    Raises:
        UnusableInput: not sealed, another schema, cut short or grown, or a head that makes no sense.
    """
    try:
        _, schema, frame_size, total, prefix = _fixed(stream, path)
        _refuse_schema(schema, path)
        header = Header(frame_size, total, prefix, _text(_field(stream)), _field(stream), stream.read(TAG_BYTES))
    except struct.error as short:
        raise UnusableInput(f"{path}: is a sealed bundle that was cut short in its header. Copy it again.") from short
    if not (0 < frame_size <= LARGEST_FRAME and total):
        raise UnusableInput(f"{path}: its sealed header is damaged (frames of {frame_size:,} bytes). Copy it again.")
    _refuse_length(path.stat().st_size, header.file_size, path)
    return header


def _fixed(stream: IO[bytes], path: Path) -> tuple[bytes, int, int, int, bytes]:
    read = stream.read(_FIXED.size)
    if not read.startswith(MAGIC):
        raise UnusableInput(f"{path}: is not a sealed bundle. Seal a packed one with `fiducial bundle seal`.")
    magic, schema, frame_size, total, prefix = _FIXED.unpack(read)
    return magic, schema, frame_size, total, prefix


def _refuse_schema(schema: int, path: Path) -> None:
    if schema > SCHEMA:
        raise UnusableInput(
            f"{path}: is sealed with schema {schema}; this version of fiducial reads schema {SCHEMA}. Upgrade fiducial."
        )
    if schema < SCHEMA:
        raise UnusableInput(
            f"{path}: is sealed with schema {schema}, which is older than {SCHEMA}, the oldest that this version of "
            "fiducial reads. Seal the packed bundle again."
        )


def _refuse_length(found: int, expected: int, path: Path) -> None:
    if found != expected:
        how = "was cut short" if found < expected else "has grown"
        raise UnusableInput(
            f"{path}: {how}: it has {found:,} bytes, and its header says {expected:,}. Copy it again from its source."
        )


def _field(stream: IO[bytes]) -> bytes:
    (length,) = _LENGTH.unpack(stream.read(_LENGTH.size))
    return stream.read(length)


def _text(content: bytes) -> str:
    # A damaged name must survive unchanged until the tag refuses it.
    return content.decode("utf-8", "surrogateescape")


def _counted(content: bytes) -> bytes:
    return _LENGTH.pack(len(content)) + content
