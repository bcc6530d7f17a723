"""A packed bundle at rest under AES-256-GCM: sealed in frames, opened into memory and nowhere else.

Frames, because OpenSSL takes less than 2 GiB at once, and because 16 MiB at a time is faster and needs no second
copy of the whole. Each frame is bound to the header, to its own number and to the total length, so that frames which
are cut off, swapped, repeated or brought from another file are refused.
Source: McGrew and Viega 2004, NIST SP 800-38D (AES-GCM); RFC 5869 (HKDF).
"""

import hmac
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from shutil import copyfileobj
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.writing import replacing
from fiducial.models.keyholders.contract import Keyholder
from fiducial.models.packed import read_packed
from fiducial.models.sealed_header import FRAME_TAG_BYTES, MAGIC, Header, read_header

FRAME = 16 * 2**20  # bytes of plain text
KEY_BYTES = 32

_PREFIX_BYTES = 4


@dataclass(frozen=True, slots=True, repr=False)
class _Keys:
    """Two keys from one data key: nothing that is said under one tells anything about the other."""

    frames: AESGCM
    header: bytes

    @classmethod
    def of(cls, data_key: bytes) -> "_Keys":
        return cls(AESGCM(_expand(data_key, b"fiducial frames")), _expand(data_key, b"fiducial header"))

    def tagged(self, header: Header) -> Header:
        return replace(header, tag=hmac.digest(self.header, header.untagged, "sha256"))


def is_sealed(path: Path) -> bool:
    """Whether a file begins as a sealed one does."""
    with path.open("rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC


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
        _write_sealed(plain, sealed, header, _Keys.of(data_key))
    return out


def unseal(path: Path, keyholder: Keyholder) -> bytes:
    """The packed bundle, in memory alone.

    Raises:
        UnusableInput: not sealed, the wrong key, or any byte that is not as it was sealed.
        FiducialError: the keyholder has no key to open it with.
    """
    content = BytesIO()
    for frame in _opened(path, keyholder):
        content.write(frame)
    return content.getvalue()  # CPython hands over what it holds, without a copy


def check_seal(path: Path, keyholder: Keyholder) -> int:
    """Open every frame and keep none: the number of bytes that were sealed. Raises as ``unseal``."""
    return sum(len(frame) for frame in _opened(path, keyholder))


def rotate_bundle(path: Path, old: Keyholder, new: Keyholder) -> None:
    """Wrap the data key anew; the frames are copied as they are, and the file takes its name when all is written.

    Raises:
        UnusableInput: as ``unseal``, for the header; the file is then left as it was.
        FiducialError: a keyholder refuses.
    """
    with _reading(path) as sealed, replacing(path) as temporary, temporary.open("wb") as out:
        header = read_header(sealed, path)
        data_key = _data_key(header, old, path)
        turned = _Keys.of(data_key).tagged(replace(header, key_id=new.key_id(), wrapped=new.wrap(data_key)))
        out.write(turned.untagged + turned.tag)
        copyfileobj(sealed, out, FRAME)


def _write_sealed(plain: IO[bytes], sealed: IO[bytes], header: Header, keys: _Keys) -> None:
    header = keys.tagged(header)
    sealed.write(header.untagged + header.tag)
    for index in range(header.frames):
        frame = plain.read(header.frame_size)
        sealed.write(keys.frames.encrypt(_nonce(header, index), frame, _bound(header, index)))


def _opened(path: Path, keyholder: Keyholder) -> Iterator[bytes]:
    with _reading(path) as sealed:
        header = read_header(sealed, path)
        keys = _Keys.of(_data_key(header, keyholder, path))
        for index in range(header.frames):
            frame = sealed.read(header.frame_size + FRAME_TAG_BYTES)
            try:
                yield keys.frames.decrypt(_nonce(header, index), frame, _bound(header, index))
            except InvalidTag as changed:
                raise UnusableInput(
                    f"{path}: frame {index + 1} of {header.frames} is not as it was sealed: a byte was changed, or "
                    "frames were moved. Copy it again from its source."
                ) from changed


def _data_key(header: Header, keyholder: Keyholder, path: Path) -> bytes:
    try:
        data_key = keyholder.unwrap(header.wrapped)
    except UnusableInput as refused:
        raise UnusableInput(f"{path}: {_why(header.key_id, keyholder.key_id())} ({refused})") from refused
    if not hmac.compare_digest(_Keys.of(data_key).tagged(header).tag, header.tag):
        raise UnusableInput(f"{path}: its sealed header was changed or damaged. Copy it again from its source.")
    return data_key


def _why(wanted: str, held: str) -> str:
    if wanted == held:
        return f"its data key, wrapped by the key {held}, is damaged. Copy it again from its source."
    return f"is sealed with the key {wanted!a}; the key given is {held!a}. Name the one that it was sealed with."


def _nonce(header: Header, index: int) -> bytes:
    # 96 bits: a random prefix and a counter. GCM breaks when one key meets one nonce twice. It cannot: every sealing
    # draws a data key of its own, under which the counter only rises, and a rotation encrypts no frame.
    return header.prefix + index.to_bytes(8, "big")


def _bound(header: Header, index: int) -> bytes:
    return header.fixed + index.to_bytes(8, "big")


def _expand(data_key: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(SHA256(), KEY_BYTES, purpose).derive(data_key)


def _reading(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as refused:
        raise UnusableInput(f"{path}: cannot be read ({refused.strerror}). Name a sealed bundle.") from refused
