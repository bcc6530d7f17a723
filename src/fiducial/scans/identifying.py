"""Which elements of a header say whose it is: by keyword for a check, by value for a search."""

import re
from collections.abc import Iterable, Iterator

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from fiducial.scans.headers import known, values_of

PRIVATE = "(private)"
COMMENTS = frozenset({
    "AcquisitionComments", "AdditionalPatientHistory", "CommentsOnRadiationDose",
    "CommentsOnThePerformedProcedureStep", "ConfidentialityConstraintOnPatientDataDescription", "FrameComments",
    "IdentifyingComments", "ImageComments", "ImagingServiceRequestComments", "InterpretationText", "Occupation",
    "PatientComments", "RequestedProcedureComments", "ResultsComments", "ServiceEpisodeDescription",
    "StudyComments", "TextComments", "VisitComments", PRIVATE,
})  # fmt: skip
_PERSONAL = frozenset({
    "AccessionNumber", "AdmissionID", "CountryOfResidence", "CurrentPatientLocation",
    "FillerOrderNumberImagingServiceRequest", "InstitutionAddress", "IssuerOfPatientID", "MedicalRecordLocator",
    "MilitaryRank", "OrderCallbackPhoneNumber", "OtherPatientIDs", "PatientAddress", "PatientBirthDate",
    "PatientBirthTime", "PatientInstitutionResidence", "PatientReligiousPreference", "PatientTelecomInformation",
    "PatientTelephoneNumbers", "PersonAddress", "PersonTelephoneNumbers", "PlacerOrderNumberImagingServiceRequest",
    "ReferringPhysicianAddress", "ReferringPhysicianTelephoneNumbers", "RegionOfResidence", "RequestedProcedureID",
    "ServiceEpisodeID",
})  # fmt: skip
_SEARCHED = _PERSONAL - {"CountryOfResidence", "MilitaryRank", "PatientBirthTime", "RegionOfResidence"} | {
    "PatientID", "InstitutionName", "InstitutionalDepartmentName", "StationName", "DeviceSerialNumber",
    "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID", "StudyID",
}  # fmt: skip
_REMOVED = Tag("PatientIdentityRemoved")
_NOBODY = frozenset({"", "ANON", "ANONYMIZED", "ANONYMOUS", "DEIDENTIFIED", "NONE", "REMOVED", "UNKNOWN"})
_DEEPEST, _MOST_ITEMS = 4, 20  # of nested sequences: the rest of a sequence repeats what its first items hold
_SHORTEST, _SHORTEST_NUMBER = 3, 6


def identifying(dataset: Dataset) -> str:
    """The keywords of elements that identify and are not empty, sorted, with a space between; nested ones, too.

    Private elements count as one, ``(private)``. In a file whose identity was removed, its names are stand-ins.
    """
    stand_ins = _REMOVED in dataset and "YES" in values_of(dataset, _REMOVED)
    found = {keyword for keyword, _ in _walk(dataset)}
    return " ".join(sorted(found - {"PatientName"} if stand_ins else found))


def telling_words(dataset: Dataset) -> frozenset[str]:
    """Every name, number and UID of this header that must not be found in a copy."""
    words: set[str] = set()
    for keyword, value in _walk(dataset, _SEARCHED):
        is_name = known(tag_for_keyword(keyword) or 0)[1] == "PN"
        parts = re.split(r"[\^=\\,\s]+", value) if is_name else [*value.split("\\"), value]
        words |= {part.strip() for part in parts if _is_telling(part.strip())}
    return frozenset(words)


def search_for(words: Iterable[str]) -> "re.Pattern[str]":
    """Finds any of the words where it stands on its own, in either case."""
    either = "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
    # (?!) never matches: without words nothing is found.
    return re.compile(rf"(?<![A-Za-z0-9.])(?:{either or '(?!)'})(?![A-Za-z0-9])", re.IGNORECASE)


def _is_telling(word: str) -> bool:
    if word.upper() in _NOBODY:
        return False
    return len(word) >= (_SHORTEST_NUMBER if re.fullmatch(r"[\d.]+", word) else _SHORTEST)


def _walk(dataset: Dataset, wanted: frozenset[str] = _PERSONAL | COMMENTS, depth: int = 0) -> Iterator[tuple[str, str]]:
    for tag in dataset.keys():  # noqa: SIM118  (iterating a Dataset would convert, and trip over, every element)
        if tag.is_private:
            if tag.element > 0xFF and PRIVATE in wanted:  # below are the names of the creators
                yield PRIVATE, ""
            continue
        keyword, vr = known(int(tag))
        if vr == "SQ" and depth < _DEEPEST:
            for item in _items(dataset, keyword):
                yield from _walk(item, wanted, depth + 1)
        elif vr == "PN" or keyword in wanted:
            value = "\\".join(values_of(dataset, tag)).strip()
            if value.upper().strip("^= ") not in _NOBODY:
                yield keyword, value


def _items(dataset: Dataset, keyword: str) -> list[Dataset]:
    try:
        return list(dataset.get(keyword) or [])[:_MOST_ITEMS]
    except Exception:  # noqa: BLE001  (a malformed sequence cannot be opened by anyone)
        return []
