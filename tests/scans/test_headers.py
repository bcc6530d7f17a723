"""A header is text, no matter how badly it is written."""

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from fiducial.scans.headers import numbers, overlay_planes, texts


def raw(group: int, element: int, vr: str, value: bytes) -> Dataset:
    tag = Tag(group, element)
    return Dataset({tag: RawDataElement(tag, vr, len(value), value, 0, is_implicit_VR=False, is_little_endian=True)})


def test_padding_is_dropped() -> None:
    assert texts(raw(0x0008, 0x0060, "CS", b"CT \0")) == {"Modality": "CT"}


def test_a_value_of_the_wrong_length_is_left_out() -> None:
    assert texts(raw(0x0028, 0x0010, "US", b"abc")) == {}


def test_long_values_are_left_out() -> None:
    assert texts(raw(0x0008, 0x0008, "CS", b"A" * 65)) == {}


def test_private_elements_are_left_out() -> None:
    assert texts(raw(0x0009, 0x1001, "LO", b"secret")) == {}


def test_empty_values_are_left_out() -> None:
    assert texts(raw(0x0008, 0x0008, "CS", b"\\\\")) == {}


def test_text_is_no_number() -> None:
    assert numbers({"KVP": "12O"}, "KVP") == []


def test_overlays_are_counted_by_their_data() -> None:
    planes = raw(0x6000, 0x3000, "OW", b"\0\0")
    planes[0x6002, 0x3000] = raw(0x6002, 0x3000, "OW", b"\0\0").get_item(0x60023000)
    planes[0x6004, 0x0010] = raw(0x6004, 0x0010, "US", b"\1\0").get_item(0x60040010)
    assert overlay_planes(planes) == 2
