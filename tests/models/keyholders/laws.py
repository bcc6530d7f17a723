"""The laws that every keyholder obeys, ours and outsiders'."""

import pytest

from fiducial.errors import UnusableInput
from fiducial.models.keyholders.contract import Keyholder

DATA_KEY = bytes(range(32))


def obeys_the_laws(keyholder: Keyholder, other: Keyholder) -> None:
    """It gives back what it wrapped, to nobody else, and unchanged alone. ``other`` holds another key."""
    wrapped = keyholder.wrap(DATA_KEY)
    assert keyholder.unwrap(wrapped) == DATA_KEY
    assert DATA_KEY not in wrapped
    assert keyholder.key_id() == keyholder.key_id() != other.key_id()
    for holder, damaged in [(other, wrapped), *((keyholder, _flipped(wrapped, at)) for at in range(len(wrapped)))]:
        with pytest.raises(UnusableInput):
            holder.unwrap(damaged)
    with pytest.raises(UnusableInput):
        keyholder.unwrap(wrapped[:-1])


def shows_no_key(keyholder: Keyholder, key: str) -> None:
    """Neither its name in a log nor its fingerprint gives the key away."""
    for shown in (repr(keyholder), str(keyholder), keyholder.key_id()):
        assert key not in shown


def _flipped(content: bytes, position: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]
