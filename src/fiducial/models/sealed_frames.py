"""The cryptography of a sealed bundle: keys for its frames and for its header, and one frame at a time.

Each frame is bound to the fixed header (which holds the total length) and to its own number, so that frames which
are cut off, swapped, repeated or brought from another file are refused.
Source: McGrew and Viega 2004, NIST SP 800-38D (AES-GCM); RFC 5869 (HKDF).
"""

import hmac
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from fiducial.models.sealed_header import Header

KEY_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """Two keys from one data key: nothing that is said under one tells anything about the other."""

    frames: AESGCM
    header: bytes

    @classmethod
    def of(cls, data_key: bytes) -> "Keys":
        """Draw both by HKDF."""
        return cls(AESGCM(_expand(data_key, b"fiducial frames")), _expand(data_key, b"fiducial header"))

    def tagged(self, header: Header) -> Header:
        """The header with its HMAC-SHA256."""
        return replace(header, tag=hmac.digest(self.header, header.untagged, "sha256"))

    def prove(self, header: Header) -> bool:
        """Whether the header's tag is the one that these keys give."""
        return hmac.compare_digest(self.tagged(header).tag, header.tag)

    def seal(self, header: Header, index: int, plain: bytes) -> bytes:
        """One frame, encrypted, with its tag of 16 bytes."""
        return self.frames.encrypt(_nonce(header, index), plain, _bound(header, index))

    def open(self, header: Header, index: int, sealed: bytes | memoryview, out: memoryview) -> None:
        """Decrypt one frame into ``out``, which has its length; raises InvalidTag where a bit was changed."""
        self.frames.decrypt_into(_nonce(header, index), sealed, _bound(header, index), out)


def _nonce(header: Header, index: int) -> bytes:
    # 96 bits: a random prefix and a counter. GCM breaks when one key meets one nonce twice. It cannot: every sealing
    # draws a data key of its own, under which the counter only rises, and a rotation encrypts no frame.
    return header.prefix + index.to_bytes(8, "big")


def _bound(header: Header, index: int) -> bytes:
    return header.fixed + index.to_bytes(8, "big")


def _expand(data_key: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(SHA256(), KEY_BYTES, purpose).derive(data_key)
