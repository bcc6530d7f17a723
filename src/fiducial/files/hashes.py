"""Content hashes, written as ``sha256:<hex>``."""

import hashlib
from pathlib import Path


def hash_bytes(content: bytes | memoryview) -> str:
    """The SHA-256 of bytes in memory."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def hash_file(path: Path) -> str:
    """The SHA-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"
