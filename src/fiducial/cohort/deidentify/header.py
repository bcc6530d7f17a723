"""A parsed DICOM file into one that no longer says whose it is: header, nested items, file meta and masked pixels."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag

from fiducial.cohort.deidentify.burned_in import Mask, blacken, suspect
from fiducial.cohort.deidentify.profile import Action, action_for
from fiducial.cohort.deidentify.pseudonyms import Pseudonyms
from fiducial.cohort.layouts.ages import day, years, years_between
from fiducial.errors import UnusableInput
from fiducial.scans.dicom import PIXEL_KEYWORDS, pixels_of, quiet
from fiducial.scans.identifying import search_for, telling_words

OLDEST = 90  # years; HIPAA 45 CFR 164.514(b)(2)(i)(C): all ages over 89 become one
_DICOM_ROOT = "1.2.840.10008."  # names of kinds and encodings, never of an object
_TEXT = frozenset({"AE", "CS", "LO", "SH"})  # the text that may be kept, and is searched for names
_LONG = 6
_METHOD = "DICOM PS3.15 Annex E Basic Profile 2026c"
_CODES = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    ("113108", "Retain Patient Characteristics Option"),
)  # DICOM PS3.16 CID 7050


def deidentify(dataset: FileDataset, pseudonyms: Pseudonyms, mask: Mask = Mask()) -> bytes:  # noqa: B008  (frozen)
    """The bytes of a copy without identifiers; ``dataset`` is used up.

    Raises:
        UnusableInput: no pixels can be decoded, letters may be burned into them and no mask was given, or the copy
            still bore an identifier. No message holds a value.
    """
    with quiet():
        pixels_of(dataset)
        why = suspect(dataset)
        if why and not mask:
            raise UnusableInput(f"letters may be burned into its pixels: {why}; mask them or leave it out")
        words = telling_words(dataset)
        if why:
            blacken(dataset, mask)
        _clean_all(dataset, pseudonyms, words)
        _say_so(dataset, mask if why else Mask())
        content = _written(dataset)
    _refuse_remains(dataset, content, words)
    return content


def _clean_all(dataset: FileDataset, pseudonyms: Pseudonyms, words: frozenset[str]) -> None:
    whose = _text(dataset, "PatientID") or _text(dataset, "StudyInstanceUID") or ""
    if not _text(dataset, "PatientAge"):
        _derive_age(dataset)
    _Cleaning(pseudonyms, timedelta(pseudonyms.days(whose)), search_for(words)).clean(dataset)
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
    meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", "")
    if "SOPInstanceUID" not in dataset:
        dataset.SOPInstanceUID = pseudonyms.uid(f"{whose} without SOPInstanceUID")
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta = meta
    dataset.preamble = b"\0" * 128


class _Cleaning:
    """One file's stand-ins: whose dates move by how much, and the words that may not stay."""

    def __init__(self, pseudonyms: Pseudonyms, shift: timedelta, words: "re.Pattern[str]") -> None:
        self._pseudonyms = pseudonyms
        self._shift = shift
        self._words = words

    def clean(self, item: Dataset) -> None:
        """Clean a dataset in place, and every item of its sequences."""
        for tag in list(item.keys()):
            try:
                self._one(item, tag)
            except Exception:  # noqa: BLE001  (pydicom raises what its converters raise: such a value is not kept)
                del item[tag]

    def _one(self, item: Dataset, tag: BaseTag) -> None:
        vr = _vr(item, tag)
        action = action_for(tag, vr)
        if action is Action.REMOVE:
            del item[tag]
        elif vr == "SQ":
            self._sequence(item[tag], action)
        elif action is not Action.KEEP:
            element = item[tag]
            element.value = self._stand_in(element, action)
        elif vr in _TEXT and self._tells(item[tag]):
            del item[tag]

    def _sequence(self, element: DataElement, action: Action) -> None:
        if action is Action.EMPTY:
            element.value = []
        for nested in element.value:
            self.clean(nested)

    def _stand_in(self, element: DataElement, action: Action) -> list[str] | None:
        values = [text for text in (str(value).strip() for value in _values(element)) if text]
        if action is Action.DUMMY:
            return ["ANONYMIZED"] if values and element.VR in _TEXT else None
        of_one: dict[Action, Callable[[str], str]] = {
            Action.MAP_UID: self._uid,
            Action.SHIFT: lambda text: _shifted(text, self._shift),
            Action.AGE: _capped,
            Action.PATIENT: self._pseudonyms.patient,
            Action.SITE: self._pseudonyms.site,
        }
        return [of_one[action](value) for value in values] if action in of_one else None

    def _uid(self, uid: str) -> str:
        return uid if uid.startswith(_DICOM_ROOT) else self._pseudonyms.uid(uid)

    def _tells(self, element: DataElement) -> bool:
        return any(self._words.search(str(value)) for value in _values(element))


def _shifted(text: str, by: timedelta) -> str:
    """``20240229`` or ``20240229101500.5+0100`` moved by whole days; empty where it is no date."""
    digits = re.sub(r"^(\d{4})[.\-](\d\d)[.\-](\d\d)", r"\1\2\3", text)
    at = day(digits[:8])
    return f"{at + by:%Y%m%d}{digits[8:]}" if at else ""


def _capped(text: str) -> str:
    age = years(text)
    if age is None or not re.fullmatch(r"\d{3}[DWMY]", text):
        return "" if age is None else f"{min(int(age), OLDEST):03d}Y"
    return f"{OLDEST:03d}Y" if age >= OLDEST else text


def _derive_age(dataset: Dataset) -> None:
    """The age at the study, while the birth date that it follows from is still there."""
    born, at = day(_text(dataset, "PatientBirthDate")), day(_text(dataset, "StudyDate"))
    if born and at and at >= born:
        dataset.PatientAge = f"{min(int(years_between(born, at)), OLDEST):03d}Y"


def _say_so(dataset: FileDataset, mask: Mask) -> None:
    dataset.PatientIdentityRemoved = "YES"
    dataset.LongitudinalTemporalInformationModified = "MODIFIED"
    dataset.DeidentificationMethod = [_METHOD, "dates shifted", *(["pixels masked"] if mask else [])]
    dataset.DeidentificationMethodCodeSequence = [_code(value, meaning) for value, meaning in _CODES]


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


def _written(dataset: FileDataset) -> bytes:
    buffer = io.BytesIO()
    try:
        dcmwrite(buffer, dataset, enforce_file_format=True)
    except Exception as wrong:  # what was read leniently may break the writer
        raise UnusableInput(f"its header cannot be written again ({type(wrong).__name__})") from wrong
    return buffer.getvalue()


def _refuse_remains(dataset: FileDataset, content: bytes, words: frozenset[str]) -> None:
    """The last look, as someone with a search tool would take it: at the header, and at the stream of coded pixels."""
    pixels = b"".join(bytes(dataset.get(keyword) or b"") for keyword in PIXEL_KEYWORDS)
    header = content.replace(pixels, b"") if pixels else content
    for _, ours in (*_CODES, ("", _METHOD)):
        header = header.replace(ours.encode(), b"")
    remains = search_for(words).search(header.decode("latin-1"))
    if not remains and dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        # A word of four letters turns up by chance in a megabyte of coded pixels; a comment of the coder holds more.
        longer = [word for word in words if len(word) >= _LONG]
        remains = search_for(longer).search(pixels.decode("latin-1"))
    if remains:
        raise UnusableInput("an identifier of its header stands in a place that cannot be cleaned; leave it out")


def _vr(item: Dataset, tag: BaseTag) -> str:
    known = str(item.get_item(tag).VR or "UN")
    return dictionary_VR(tag) if known == "UN" and keyword_for_tag(tag) else known


def _values(element: DataElement) -> Iterator[object]:
    value = element.value
    yield from value if isinstance(value, MultiValue | list | tuple) else [] if value is None else [value]


def _text(dataset: Dataset, keyword: str) -> str:
    value = dataset.get(keyword)
    return "" if value is None else str(value).strip()
