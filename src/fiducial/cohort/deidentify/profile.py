"""What happens to each element: DICOM PS3.15 Annex E, Basic Profile, with dates shifted and age, sex, size kept.

Table E.1-1 comes from ``dicom-anonymizer`` (edition 2026c of the standard). What it does not name is judged by its
kind: a private, unknown, binary or long free-text element goes, a person's name is emptied, a UID is mapped.
"""

from enum import StrEnum
from functools import cache

from pydicom.datadict import keyword_for_tag
from pydicom.tag import BaseTag

from fiducial.errors import UnusableInput

try:
    from dicomanonymizer.simpledicomanonymizer import initialize_actions
except ImportError as absent:
    raise UnusableInput("copies without names need one package more: pip install 'fiducial[deid]'.") from absent

EDITION = "dicomfields_2026c"


class Action(StrEnum):
    """What is done to one element."""

    KEEP = "keep"  # a sequence is kept with its items cleaned
    REMOVE = "remove"
    EMPTY = "empty"
    DUMMY = "dummy"
    MAP_UID = "map uid"
    SHIFT = "shift"
    AGE = "age"
    PATIENT = "patient"
    SITE = "site"


_OF_TABLE = {
    "delete": Action.REMOVE,
    "empty": Action.EMPTY,
    "delete_or_empty": Action.EMPTY,
    "replace": Action.DUMMY,
    "empty_or_replace": Action.DUMMY,
    "delete_or_replace": Action.DUMMY,
    "delete_or_empty_or_replace": Action.DUMMY,
    "replace_UID": Action.MAP_UID,
    "delete_or_empty_or_replace_UID": Action.KEEP,
}
# The options that are taken (E.3.4 patient characteristics, E.3.6 modified dates) and what the cohort needs.
_OPTIONS = {
    "PatientID": Action.PATIENT,
    "InstitutionName": Action.SITE,
    "PatientSex": Action.KEEP,
    "PatientSize": Action.KEEP,
    "PatientWeight": Action.KEEP,
    "PatientBirthDate": Action.EMPTY,
    "PatientBirthTime": Action.REMOVE,
    "PatientBirthDateInAlternativeCalendar": Action.REMOVE,
    "PatientDeathDateInAlternativeCalendar": Action.REMOVE,
    "TimezoneOffsetFromUTC": Action.REMOVE,
}
_BY_VR = {"DA": Action.SHIFT, "DT": Action.SHIFT, "TM": Action.KEEP, "AS": Action.AGE, "PN": Action.EMPTY}
_FREE = frozenset({"LT", "ST", "UT", "UC", "UR", "UN", "OB", "OW", "OF", "OD", "OL", "OV", "OB or OW"})
_NEEDED = frozenset({
    "PixelData", "FloatPixelData", "DoubleFloatPixelData", "LUTData", "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths", "RedPaletteColorLookupTableData", "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableData", "AlphaPaletteColorLookupTableData", "SegmentedRedPaletteColorLookupTableData",
    "SegmentedGreenPaletteColorLookupTableData", "SegmentedBluePaletteColorLookupTableData",
})  # fmt: skip


@cache
def action_for(tag: BaseTag, vr: str) -> Action:
    """What the profile asks for an element, from its tag and its value representation."""
    keyword = keyword_for_tag(tag)
    if tag.is_private or not keyword or _is_plane(tag):
        return Action.REMOVE
    if keyword in _OPTIONS:
        return _OPTIONS[keyword]
    if vr in _BY_VR and not (vr == "PN" and _table().get(tag) is Action.REMOVE):
        return _BY_VR[vr]
    if vr == "UI":
        return Action.KEEP if keyword.endswith("ClassUID") and tag not in _table() else Action.MAP_UID
    if tag in _table():
        return _table()[tag]
    return Action.REMOVE if vr in _FREE and keyword not in _NEEDED else Action.KEEP


def _is_plane(tag: BaseTag) -> bool:
    """Overlays and curves: drawings over the picture, which may be letters."""
    return 0x5000 <= tag.group < 0x5100 or 0x6000 <= tag.group < 0x6100


@cache
def _table() -> dict[int, Action]:
    return {
        (group[0] << 16) | group[1]: _OF_TABLE[asked.__name__]
        for group, asked in initialize_actions(EDITION).items()
        if len(group) == 2
    }
