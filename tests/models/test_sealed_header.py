"""Sizes beyond 2 GiB and 4 GiB, without a file that large."""

from fiducial.models.sealed_header import FRAME_TAG_BYTES, TAG_BYTES, Header


def test_a_bundle_of_many_gigabytes_is_counted_right() -> None:
    header = Header(16 * 2**20, 5 * 2**40 + 1, b"1234", "id", b"wrapped")
    assert header.frames == 5 * 2**16 + 1
    assert header.file_size == len(header.untagged) + TAG_BYTES + header.total + header.frames * FRAME_TAG_BYTES
