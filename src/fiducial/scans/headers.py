"""What a DICOM header says, as text: one short value a keyword, no matter how badly it is written."""

from collections.abc import Mapping
from functools import cache
from struct import calcsize, iter_unpack

from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag

LONGEST = 64  # characters
MOST_VALUES = 6
_OVERLAYS = 0x60000000  # and what comes behind them: pixels
_PLAIN = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI"})  # ASCII, whatever the character set
_WORDS = frozenset({"LO", "PN", "SH"})
_WHOLE = {"SL": "i", "SS": "h", "UL": "I", "US": "H"}  # struct's codes
_NOT_TEXT = frozenset({"SQ", "OB", "OW", "OF", "OD", "OL", "OV", "UN", "UT", "LT", "ST", "AT"})


def texts(dataset: Dataset) -> dict[str, str]:
    """Keyword -> value of every public element at the top level that is short; several values joined by a backslash.

    Sequences, binary values, long texts and empty values are left out. Sequence items are never opened: the one
    exception, needed for geometry, is ``measures``.
    """
    found = {}
    for tag, raw in dataset.items():  # as they were parsed: nothing is converted, or trips over, unless it is asked for
        number = int(tag)
        if number >> 16 & 1 or not number & 0xFFFF or number >= _OVERLAYS:  # private, a group's length, no header
            continue
        keyword, vr = known(number)
        if not keyword or (raw.VR or vr) in _NOT_TEXT:
            continue
        values = _values(dataset, tag, raw)
        text = "\\".join(values).strip()
        short = 0 < len(text) <= LONGEST and len(values) <= MOST_VALUES and text.isprintable()
        if short and text.strip("\\"):
            found[keyword] = text
    return found


def measures(dataset: Dataset) -> dict[str, str]:
    """The spacing and window that enhanced multi-frame images keep in their shared functional groups."""
    found: dict[str, str] = {}
    for shared in _items(dataset, "SharedFunctionalGroupsSequence"):
        for group in ("PixelMeasuresSequence", "FrameVOILUTSequence", "PixelValueTransformationSequence"):
            for item in _items(shared, group):
                found |= texts(item)
    return found


def overlay_planes(dataset: Dataset) -> int:
    """How many overlay planes (group 60xx) lie beside the pixels. DICOM PS3.3 C.9.2."""
    return sum(tag.element == 0x3000 and 0x6000 <= tag.group <= 0x60FF for tag in dataset.keys())  # noqa: SIM118


def numbers(header: Mapping[str, str], keyword: str) -> list[float]:
    """The values of a numeric element; none where it is absent or not a number."""
    try:
        return [float(value) for value in header.get(keyword, "").split("\\") if value.strip()]
    except ValueError:
        return []


@cache
def known(tag: int) -> tuple[str, str]:
    """Keyword and value representation of a public tag; empty where no dictionary has it."""
    keyword = keyword_for_tag(tag)
    return (keyword, dictionary_VR(tag)) if keyword else ("", "")


def values_of(dataset: Dataset, tag: BaseTag) -> list[str]:
    """The values of one element as text; none where they are malformed.

    Decoding here is several times as fast as pydicom's conversion, and nothing can be malformed.
    """
    return _values(dataset, tag, dataset.get_item(tag))


def _values(dataset: Dataset, tag: BaseTag, raw: RawDataElement | DataElement) -> list[str]:
    if isinstance(raw, RawDataElement):
        vr = raw.VR or known(tag)[1]
        if vr in _PLAIN or (vr in _WORDS and _is_ascii(raw.value)):
            return _decoded(raw.value)
        if vr in _WHOLE:
            return _integers(raw, _WHOLE[vr])
    return _converted(dataset, tag)


def _decoded(value: bytes | None) -> list[str]:
    return [part.strip(" \0") for part in (value or b"").decode("latin-1").split("\\")]


def _is_ascii(value: bytes | None) -> bool:
    """Whether the bytes mean the same in every character set that DICOM knows; an escape switches to another."""
    return value is None or (value.isascii() and b"\x1b" not in value)


def _integers(raw: RawDataElement, code: str) -> list[str]:
    value = raw.value or b""
    if len(value) % calcsize(code):
        return []
    return [str(number) for (number,) in iter_unpack(("<" if raw.is_little_endian else ">") + code, value)]


def _converted(dataset: Dataset, tag: BaseTag) -> list[str]:
    try:
        value = dataset[tag].value
    except Exception:  # noqa: BLE001  (pydicom raises whatever its converters raise on a malformed value)
        return []
    several = isinstance(value, MultiValue | list | tuple)
    return [_one(part) for part in (value if several else [value]) if part is not None]


def _one(value: object) -> str:
    if isinstance(value, float) and not hasattr(value, "original_string"):
        return f"{value:.10g}"
    return str(value).strip()


def _items(dataset: Dataset, keyword: str) -> list[Dataset]:
    try:
        return list(dataset.get(keyword) or [])
    except Exception:  # noqa: BLE001  (a malformed sequence says nothing, which is no reason to give up the pixels)
        return []
