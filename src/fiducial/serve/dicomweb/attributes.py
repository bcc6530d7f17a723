"""Attributes as DICOM JSON (PS3.18 F): from the words of the store, and from the files themselves."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from fiducial.scans.dicom import quiet

JSON = "application/dicom+json"
UTF8 = "ISO_IR 192"
PIXELS = "7FE00010"
_INLINE = 1 << 30  # bytes: everything but pixels travels inside
_WHOLE, _DECIMAL = {"IS", "SL", "SS", "UL", "US"}, {"DS", "FD", "FL"}
_NAMES = ("Alphabetic", "Ideographic", "Phonetic")


def number_of(keyword: str) -> str:
    """The tag as eight hexadecimal digits."""
    return f"{Tag(keyword):08X}"


def keyword_of(name: str) -> str | None:
    """The keyword of a keyword or of eight hexadecimal digits; None where DICOM has no such attribute."""
    if tag_for_keyword(name) is not None:
        return name
    try:
        return keyword_for_tag(int(name, 16)) or None if len(name) == 8 else None
    except ValueError:
        return None


def element(keyword: str, *values: Any) -> dict[str, Any]:  # noqa: ANN401  (whatever JSON holds)
    """One attribute by its keyword, as the member of an object."""
    return {number_of(keyword): {"vr": dictionary_VR(keyword), **({"Value": list(values)} if values else {})}}


def told(document: Mapping[str, str], keywords: Iterable[str]) -> dict[str, Any]:
    """What the store knows of an image; what is not known is there without a value."""
    found: dict[str, Any] = {}
    for keyword in keywords:
        text = document.get(keyword, "")
        values = (_value(dictionary_VR(keyword), one) for one in text.split("\\")) if text else ()
        found |= element(keyword, *(one for one in values if one is not None))
    return found


def _value(vr: str, text: str) -> Any:  # noqa: ANN401  (as above)
    if vr == "PN":
        return {name: part for name, part in zip(_NAMES, text.split("="), strict=False) if part}
    try:
        return int(text) if vr in _WHOLE else float(text) if vr in _DECIMAL else text
    except ValueError:
        return None


def metadata(path: Path, address: str) -> dict[str, Any]:
    """All that a file says but its pixels, of which it tells where they are: below ``address``, an instance's."""
    with quiet():
        data = dcmread(path, force=True, stop_before_pixels=True)
        found: dict[str, Any] = {}
        for tag in data.keys():  # noqa: SIM118  (pydicom's iterator parses)
            if tag.group != 0x0008 or tag.element != 0x0005:
                found |= _readable(data, tag)
    return dict(sorted((found | element("SpecificCharacterSet", UTF8) | _pixels(data, address)).items()))


def written(told: dict[str, Any]) -> str:
    """As JSON, which has no word for what is not a number: such an attribute is left out."""
    try:
        return json.dumps(told, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return json.dumps({tag: one for tag, one in told.items() if _plain(one)}, ensure_ascii=False)


def _plain(one: dict[str, Any]) -> bool:
    try:
        json.dumps(one, allow_nan=False)
    except ValueError:
        return False
    return True


def _readable(data: Dataset, tag: BaseTag) -> dict[str, Any]:
    """One attribute of a file; nothing where its value is against the rules, so that the others can be seen."""
    try:
        return {f"{tag:08X}": data[tag].to_json_dict(None, _INLINE)}
    except Exception:  # noqa: BLE001  (pydicom raises what its converters raise)
        return {}


def _pixels(data: Dataset, address: str) -> dict[str, Any]:
    return {PIXELS: {"vr": "OW", "BulkDataURI": f"{address}/bulkdata/{PIXELS}"}} if "Rows" in data else {}
