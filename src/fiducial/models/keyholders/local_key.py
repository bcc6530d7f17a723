"""What the built-in keyholders share: a key of 64 hexadecimal digits that lies where this machine can read it.

Source: RFC 3394 (AES key wrap), which notices a wrong key or a changed byte.
"""

import hmac
import os
import re
from abc import ABC, abstractmethod

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from fiducial.errors import UnusableInput

_DIGITS = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


def new_key() -> str:
    """A fresh key of 256 random bits, as 64 hexadecimal digits."""
    return os.urandom(32).hex()


def key_id_of(key: bytes) -> str:
    """16 hexadecimal digits that tell one key from another and nothing of either."""
    return hmac.digest(key, b"fiducial key id", "sha256").hex()[:16]


def parse_key(text: str, where: str) -> bytes:
    """Raises UnusableInput unless the text is a key; the message never shows it."""
    digits = text.strip()
    if not _DIGITS.fullmatch(digits):
        raise UnusableInput(
            f"{where}: holds {len(digits)} characters that are not a key; a key is 64 hexadecimal digits (256 bits). "
            "Make one with `fiducial bundle key`."
        )
    return bytes.fromhex(digits)


class LocalKey(ABC):
    """Wraps under a key that is read anew each time and kept nowhere."""

    __slots__ = ()

    @abstractmethod
    def read(self) -> str:
        """The key's text; raises FiducialError where there is none."""

    @abstractmethod
    def where(self) -> str:
        """The place of the key, for errors."""

    def key_id(self) -> str:
        """A fingerprint of the key."""
        return key_id_of(self._key())

    def wrap(self, data_key: bytes) -> bytes:
        """By AES key wrap."""
        return aes_key_wrap(self._key(), data_key)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Raises UnusableInput for another key's, or a damaged one."""
        try:
            return aes_key_unwrap(self._key(), wrapped)
        except InvalidUnwrap as refused:
            raise UnusableInput(f"the key in {self.where()} does not unwrap it") from refused

    def _key(self) -> bytes:
        return parse_key(self.read(), self.where())
