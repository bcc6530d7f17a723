"""Random words that let somebody in. What is stored of one is its hash, from which it cannot be guessed."""

from hashlib import sha256
from secrets import token_urlsafe

BYTES = 32  # 256 random bits: a plain hash suffices, as nobody can try them all


def new_secret(prefix: str = "") -> str:
    """A fresh one; ``prefix`` tells people, and scanners of leaked secrets, what they have found."""
    return f"{prefix}{token_urlsafe(BYTES)}"


def kept(secret: str, purpose: str) -> str:
    """What is stored. ``purpose``: so that a secret of one kind never passes for one of another."""
    return sha256(f"{purpose}\0{secret}".encode(errors="surrogateescape")).hexdigest()
