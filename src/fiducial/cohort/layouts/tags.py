"""Which DICOM elements become ``tag.<Keyword>``: what describes how an image came about, not whose or which it is."""

from functools import cache, lru_cache

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.uid import UID

_NEVER_VR = frozenset({"PN", "UI", "DA", "TM", "DT"})  # names, identifiers and moments
_CLASSES = frozenset({"SOPClassUID", "TransferSyntaxUID"})  # identifiers of a kind, not of an object
_IDENTIFIERS = frozenset({
    "AccessionNumber", "AdmissionID", "CountryOfResidence", "CurrentPatientLocation", "IssuerOfPatientID",
    "MedicalRecordLocator", "MilitaryRank", "Occupation", "OtherPatientIDs", "PatientID", "PatientReligiousPreference",
    "PatientTelephoneNumbers", "PerformedProcedureStepID", "ReferringPhysicianTelephoneNumbers", "RegionOfResidence",
    "RequestedProcedureID", "ScheduledProcedureStepID", "StudyID",
})  # fmt: skip
_COLUMNS = frozenset({"PatientAge", "PatientSex"})  # they are the columns ``age`` and ``sex``
_NOISE = frozenset({
    "AcquisitionNumber", "ImageID", "ImageLocation", "ImagePosition", "ImagePositionPatient", "InStackPositionNumber",
    "InstanceNumber",
    "LargestImagePixelValue", "LargestPixelValueInSeries", "Location", "SliceLocation", "SmallestImagePixelValue",
    "SmallestPixelValueInSeries", "TemporalPositionIdentifier", "TriggerTime",
})  # fmt: skip


@cache
def describes(keyword: str) -> bool:
    """Whether an element says how the image was made, so that a model might learn from it by mistake."""
    if keyword in _CLASSES:
        return True
    if keyword in _IDENTIFIERS | _COLUMNS | _NOISE:
        return False
    tag = tag_for_keyword(keyword)
    return tag is not None and dictionary_VR(tag) not in _NEVER_VR and not keyword.endswith(("Comments", "Address"))


def shown(keyword: str, text: str) -> str:
    """The value as it stands in the cohort: a class by its name, anything else as it is."""
    return _class_name(text) if keyword in _CLASSES else text


@lru_cache
def _class_name(uid: str) -> str:
    return UID(uid).name
