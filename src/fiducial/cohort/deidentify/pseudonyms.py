"""Stand-ins for identifiers, drawn from a secret key: the same key gives the same ones, without it none leads back."""

import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from uuid import UUID

from fiducial.errors import UnusableInput

_BYTES = 32
_NEAREST, _FARTHEST = 30, 3650  # days into the past
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """HMAC-SHA256 (RFC 2104) of every identifier under one key; the key never shows in a message."""

    key: bytes = field(repr=False)

    def patient(self, patient: str) -> str:
        """``P-`` and 16 hexadecimal digits."""
        return f"P-{self._hex('patient', patient)[:16]}"

    def site(self, site: str) -> str:
        """``S-`` and 12 hexadecimal digits."""
        return f"S-{self._hex('site', site)[:12]}"

    def uid(self, uid: str) -> str:
        """A UID below 2.25, the root for UUIDs (DICOM PS3.5 B.2)."""
        return f"2.25.{UUID(bytes=self._digest('uid', uid)[:16], version=4).int}"

    def days(self, patient: str) -> int:
        """By how many whole days the dates of a patient move: -3650 to -30, so that none lies in the future."""
        drawn = int.from_bytes(self._digest("days", patient)[:8])
        return -(_NEAREST + drawn % (_FARTHEST - _NEAREST + 1))

    def path(self, path: str, version: str) -> str:
        """A path of the same depth; files of one folder stay together. Another version of a file has another name."""
        parts = PurePosixPath(path).parts
        folders = [f"f-{self._hex('folder', '/'.join(parts[:depth]))[:12]}" for depth in range(1, len(parts))]
        return "/".join([*folders, f"i-{self._hex('file', f'{version}/{path}')[:20]}.dcm"])

    def _hex(self, kind: str, value: str) -> str:
        return self._digest(kind, value).hex()

    def _digest(self, kind: str, value: str) -> bytes:
        return hmac.digest(self.key, f"{kind}\0{value}".encode("utf-8", "surrogateescape"), "sha256")


def read_key(path: Path) -> Pseudonyms:
    """The key in a file; where there is none, one is drawn and written so that its owner alone can read it (0600).

    Raises:
        UnusableInput: the file holds no key of ours, cannot be read or cannot be written.
    """
    try:
        _write_new(path)
    except FileExistsError:
        pass
    except OSError as refused:
        raise UnusableInput(f"{path}: the key cannot be written ({refused.strerror}). Name another --deid-key.") from (
            refused
        )
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as wrong:
        raise UnusableInput(f"{path}: no key can be read from it. Name the right --deid-key.") from wrong
    if len(key) < _BYTES:
        raise UnusableInput(
            f"{path}: a key has {_BYTES} bytes or more as hexadecimal digits, this one has {len(key)}. "
            "Name the right --deid-key, or a file that does not exist yet and one is made."
        )
    return Pseudonyms(key)


def _write_new(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(secrets.token_hex(_BYTES) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
