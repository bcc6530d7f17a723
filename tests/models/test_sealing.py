"""What was sealed opens with its key as it was, and with one bit changed, anywhere, it does not open."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.errors import FiducialError, UnusableInput, WrongUsage
from fiducial.models.packed import read_packed
from fiducial.models.sealed import check_seal, is_sealed, open_sealed, unseal
from fiducial.models.sealed_header import FRAME_TAG_BYTES, TAG_BYTES, read_header
from fiducial.models.sealing import rotate_bundle, seal_bundle
from models.on_disk import FILES, FRAME, HOLDER, OTHER, flipped, packed_in, sealed_in

SEALED = FRAME + FRAME_TAG_BYTES  # a frame with its tag
SCHEMA_AT = 8  # in the file


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed bundle that no test may change."""
    return sealed_in(tmp_path_factory.mktemp("sealed"))


def head(path: Path) -> int:
    with path.open("rb") as stream:
        return len(read_header(stream, path).untagged) + TAG_BYTES


def changed(path: Path, content: bytes) -> Path:
    """A neighbour of a sealed file with other bytes."""
    other = path.with_name("changed.fidu")
    other.write_bytes(content)
    return other


def refused(path: Path, told: str) -> None:
    with pytest.raises(UnusableInput, match=told) as why:
        unseal(path, HOLDER)
    assert path.name in str(why.value)


def test_what_was_sealed_opens_as_it_was(whole: Path) -> None:
    assert unseal(whole, HOLDER) == (whole.parent / "model.fidu").read_bytes()
    assert bytes(read_packed(unseal(whole, HOLDER))["graphs/one.onnx"]) == FILES["graphs/one.onnx"]


@pytest.mark.parametrize("frame_size", [1, 7, 2**20])
def test_the_size_of_the_frames_does_not_matter(tmp_path: Path, frame_size: int) -> None:
    packed = packed_in(tmp_path)
    sealed = seal_bundle(packed, HOLDER, tmp_path / "s", frame_size=frame_size)
    assert unseal(sealed, HOLDER) == packed.read_bytes()
    assert check_seal(sealed, HOLDER) == packed.stat().st_size


@given(start=st.integers(0, 1400), size=st.integers(0, 1400))
def test_any_part_can_be_read_alone(whole: Path, start: int, size: int) -> None:
    sealed, plain = open_sealed(whole, HOLDER), (whole.parent / "model.fidu").read_bytes()
    start, size = min(start, sealed.size), min(size, max(sealed.size - start, 0))
    assert sealed.read(start, size) == plain[start : start + size]


def test_a_bundle_whose_key_was_changed_while_it_was_open_says_so(tmp_path: Path) -> None:
    path = sealed_in(tmp_path)
    opened = open_sealed(path, HOLDER)
    rotate_bundle(path, HOLDER, OTHER)
    with pytest.raises(UnusableInput, match="was changed while it was in use"):
        opened.read(0, 9)


def test_nothing_of_the_bundle_can_be_read_in_the_sealed_file(whole: Path) -> None:
    content = whole.read_bytes()
    assert is_sealed(whole)
    assert not [name for name in FILES if name.encode() in content]
    assert b"PK\x03\x04" not in content


def test_opening_writes_nothing_to_disk(whole: Path) -> None:
    before = sorted(whole.parent.rglob("*"))
    unseal(whole, HOLDER)
    assert sorted(whole.parent.rglob("*")) == before


def test_two_sealings_share_no_frame(tmp_path: Path) -> None:
    packed = packed_in(tmp_path)
    one, two = (seal_bundle(packed, HOLDER, tmp_path / name, frame_size=FRAME) for name in "ab")
    assert one.read_bytes()[head(one) :][:SEALED] != two.read_bytes()[head(two) :][:SEALED]


@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_refused(whole: Path, where: float, bit: int) -> None:
    content = whole.read_bytes()
    with pytest.raises(UnusableInput):
        unseal(changed(whole, flipped(content, int(where * len(content)), bit)), HOLDER)


def test_a_flipped_bit_in_any_byte_of_the_header_is_refused(whole: Path) -> None:
    content = whole.read_bytes()
    for position in range(head(whole)):
        with pytest.raises(UnusableInput):
            unseal(changed(whole, flipped(content, position)), HOLDER)


@given(kept=st.floats(0, 1, exclude_max=True))
def test_a_file_that_was_cut_short_anywhere_is_refused(whole: Path, kept: float) -> None:
    content = whole.read_bytes()
    with pytest.raises(UnusableInput):
        unseal(changed(whole, content[: int(kept * len(content))]), HOLDER)


def test_a_cut_off_frame_is_told_with_both_lengths(whole: Path) -> None:
    content = whole.read_bytes()
    told = rf"was cut short: it has {len(content) - SEALED:,} bytes, and its header says {len(content):,}"
    refused(changed(whole, content[:-SEALED]), told)


def test_an_appended_frame_is_refused(whole: Path) -> None:
    refused(changed(whole, whole.read_bytes() + b"\0" * SEALED), "has grown")


def test_swapped_frames_are_refused(whole: Path) -> None:
    content, start = whole.read_bytes(), head(whole)
    first, second = content[start : start + SEALED], content[start + SEALED : start + 2 * SEALED]
    refused(changed(whole, content[:start] + second + first + content[start + 2 * SEALED :]), "frame 1 of")


def test_a_frame_of_another_file_under_the_same_key_is_refused(whole: Path, tmp_path: Path) -> None:
    content, other = whole.read_bytes(), sealed_in(tmp_path).read_bytes()
    start = head(whole)
    refused(changed(whole, content[:start] + other[start : start + SEALED] + content[start + SEALED :]), "frame 1 of")


@pytest.mark.parametrize(("schema", "told"), [(0, "older than 1.*Seal the packed"), (2, "schema 2.*Upgrade fiducial")])
def test_another_schema_is_told_with_what_to_do(whole: Path, schema: int, told: str) -> None:
    content = whole.read_bytes()
    refused(changed(whole, content[:SCHEMA_AT] + struct.pack(">H", schema) + content[SCHEMA_AT + 2 :]), told)


def test_the_wrong_key_is_told_with_both_fingerprints(whole: Path) -> None:
    with pytest.raises(UnusableInput, match="is sealed with the key") as why:
        unseal(whole, OTHER)
    assert HOLDER.key_id() in str(why.value)
    assert OTHER.key_id() in str(why.value)


def test_a_packed_bundle_is_not_a_sealed_one(tmp_path: Path) -> None:
    refused(packed_in(tmp_path), "is not a sealed bundle")


def test_a_sealed_bundle_is_not_sealed_twice(whole: Path) -> None:
    with pytest.raises(WrongUsage, match="is sealed already"):
        seal_bundle(whole, HOLDER, whole.with_name("twice"))


def test_what_is_no_bundle_is_not_sealed(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(UnusableInput, match="not a packed bundle"):
        seal_bundle(tmp_path / "notes.txt", HOLDER, tmp_path / "s")
    assert not (tmp_path / "s").exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    refused(tmp_path / "gone", "cannot be read")
    with pytest.raises(UnusableInput, match="Name a bundle that you may read"):
        is_sealed(tmp_path / "gone")


def test_after_a_rotation_the_new_key_opens_and_the_old_does_not(tmp_path: Path) -> None:
    sealed = sealed_in(tmp_path)
    before, start = unseal(sealed, HOLDER), head(sealed)
    frames = sealed.read_bytes()[start:]
    rotate_bundle(sealed, HOLDER, OTHER)
    assert unseal(sealed, OTHER) == before
    assert sealed.read_bytes()[start:] == frames
    refused(sealed, "is sealed with the key")


def test_a_rotation_with_the_wrong_key_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    sealed = sealed_in(tmp_path)
    before = sealed.read_bytes()
    with pytest.raises(FiducialError):
        rotate_bundle(sealed, OTHER, HOLDER)
    assert sealed.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "model.fidu", "sealed.fidu"]
