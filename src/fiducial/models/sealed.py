"""Reading a sealed bundle: into memory and nowhere else, and of its frames only those that are asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag

from fiducial.errors import UnusableInput
from fiducial.models.archives import OnDisk
from fiducial.models.keyholders.contract import Keyholder
from fiducial.models.sealed_frames import Keys
from fiducial.models.sealed_header import FRAME_TAG_BYTES, MAGIC, TAG_BYTES, Header, read_header


def is_sealed(path: Path) -> bool:
    """Whether a file begins as a sealed one does. Raises as ``open_to_read``."""
    with open_to_read(path) as stream:
        return stream.read(len(MAGIC)) == MAGIC


@dataclass(frozen=True, slots=True, repr=False)
class Frames:
    """The frames of one file, each opened by its number."""

    file: OnDisk
    header: Header
    keys: Keys

    def length(self, index: int) -> int:
        """Bytes of plain text; the last frame may be short."""
        return min(self.header.frame_size, self.header.total - index * self.header.frame_size)

    def open(self, index: int, out: memoryview) -> None:
        """Decrypt one into ``out``, which has its length.

        Raises:
            UnusableInput: it is not as it was sealed, or the file was changed since it was opened.
        """
        first = len(self.header.untagged) + TAG_BYTES
        place = first + index * (self.header.frame_size + FRAME_TAG_BYTES)
        try:
            self.keys.open(self.header, index, self.file.read(place, len(out) + FRAME_TAG_BYTES), out)
        except InvalidTag as changed:
            raise UnusableInput(
                f"{self.file.path}: frame {index + 1} of {self.header.frames} is not as it was sealed: a byte was "
                "changed, or frames were moved. Copy it again from its source."
            ) from changed

    def opened(self, index: int) -> bytearray:
        """One frame's plain text."""
        frame = bytearray(self.length(index))
        self.open(index, memoryview(frame))
        return frame


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """The packed bundle inside of a sealed file, read by place; every byte that comes out was authenticated."""

    frames: Frames
    shared: Callable[[int], bytearray]  # the frame last asked for in part: small files lie in one, side by side

    @property
    def size(self) -> int:
        """In bytes of plain text."""
        return self.frames.header.total

    def read(self, start: int, size: int) -> bytes:
        """Decrypt what lies there, whole frames straight to their place. Raises as ``Frames.open``."""
        # ONNX Runtime takes bytes alone. CPython's BytesIO lets its bytes be written in place and then hands them
        # over; a bytearray would have to be copied, and a large graph would lie in memory twice.
        content = BytesIO(bytes(size))
        step = self.frames.header.frame_size
        with content.getbuffer() as out:
            for index in range(start // step, -(-(start + size) // step)):
                self._fill(out, index * step - start, index)
        return content.getvalue()

    def _fill(self, out: memoryview, begin: int, index: int) -> None:
        """The part of one frame that belongs into ``out``, where its first byte would stand at ``begin``."""
        end = begin + self.frames.length(index)
        if begin >= 0 and end <= len(out):
            self.frames.open(index, out[begin:end])
        else:
            out[max(begin, 0) : end] = self.shared(index)[max(-begin, 0) : len(out) - begin]


def open_sealed(path: Path, keyholder: Keyholder) -> Sealed:
    """Prove the header and get the keys; no frame is opened yet.

    Raises:
        UnusableInput: not sealed, another schema, the wrong key, a header that was changed, a file of another length.
        FiducialError: the keyholder has no key to open it with.
    """
    with open_to_read(path) as stream:
        header = read_header(stream, path)
    frames = Frames(OnDisk.at(path), header, Keys.of(data_key_of(header, keyholder, path)))
    return Sealed(frames, lru_cache(maxsize=1)(frames.opened))


def unseal(path: Path, keyholder: Keyholder) -> bytes:
    """The packed bundle, in memory alone. Raises as ``open_sealed``, and UnusableInput for a byte that was changed."""
    sealed = open_sealed(path, keyholder)
    return sealed.read(0, sealed.size)


def check_seal(path: Path, keyholder: Keyholder) -> int:
    """Open every frame and keep none: the number of bytes that were sealed. Raises as ``unseal``."""
    frames = open_sealed(path, keyholder).frames
    return sum(len(frames.opened(index)) for index in range(frames.header.frames))


def data_key_of(header: Header, keyholder: Keyholder, path: Path) -> bytes:
    """Unwrap the data key and prove the header with it; raises as ``open_sealed``."""
    try:
        data_key = keyholder.unwrap(header.wrapped)
    except UnusableInput as refused:
        raise UnusableInput(f"{path}: {_why(header.key_id, keyholder.key_id())} ({refused})") from refused
    if not Keys.of(data_key).prove(header):
        raise UnusableInput(f"{path}: its sealed header was changed or damaged. Copy it again from its source.")
    return data_key


def open_to_read(path: Path) -> IO[bytes]:
    """Raises UnusableInput where there is no such file, or none that may be read."""
    try:
        return path.open("rb")
    except OSError as refused:
        raise UnusableInput(
            f"{path}: cannot be read ({refused.strerror}). Name a bundle that you may read."
        ) from refused


def _why(wanted: str, held: str) -> str:
    if wanted == held:
        return f"its data key, wrapped by the key {held}, is damaged. Copy it again from its source."
    return f"is sealed with the key {wanted!a}; the key given is {held!a}. Name the one that it was sealed with."
