"""What a frame is bound to: its number and its header, each on its own."""

from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidTag

from fiducial.models.sealed_frames import Keys, _bound, _nonce
from fiducial.models.sealed_header import Header

HEADER = Header(64, 999, b"1234", "id", b"wrapped")
KEYS = Keys.of(bytes(32))


def test_no_two_frames_of_a_file_share_a_nonce_or_what_they_are_bound_to() -> None:
    assert len({_nonce(HEADER, index) for index in range(999)}) == 999
    assert len({_bound(HEADER, index) for index in range(999)}) == 999


@pytest.mark.parametrize("other", [replace(HEADER, total=998), replace(HEADER, frame_size=65)])
def test_a_frame_does_not_open_under_another_length(other: Header) -> None:
    sealed = KEYS.seal(HEADER, 0, b"weights")
    with pytest.raises(InvalidTag):
        KEYS.open(other, 0, sealed, memoryview(bytearray(7)))


def test_no_key_is_shown() -> None:
    assert KEYS.header.hex() not in repr(KEYS)
    assert repr(KEYS.header) not in repr(KEYS)
