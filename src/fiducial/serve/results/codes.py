"""Codes of what is told: the catalogue's where it has one, else our own scheme, which says so in its name."""

from functools import cache

from highdicom.sr import CodedConcept
from pydicom.sr.codedict import codes

from fiducial.claims.catalogue.entry import Entry, System, Urgency
from fiducial.claims.catalogue.shipped import find_finding

SCHEME = "99FIDUCIAL"
_MEANING = 64  # characters of a code's meaning (LO)
_DESIGNATORS: tuple[tuple[System, str], ...] = (("snomed", "SCT"), ("radlex", "RADLEX"), ("dicom", "DCM"))

SCORE = CodedConcept("score", SCHEME, "Calibrated score of a model, 0 to 1")
STATUS = CodedConcept("status", SCHEME, "What became of the question")
ABSTAINED = CodedConcept("abstained", SCHEME, "The model abstains")
NO_ANSWER = CodedConcept("no-answer", SCHEME, "The model gave no answer")
OUTSIDE = CodedConcept("outside", SCHEME, "Outside of what the pipeline is for")
FAILED = CodedConcept("failed", SCHEME, "Could not be read")
URGENCY = CodedConcept("urgency", SCHEME, "How soon it is told")
DECISION = CodedConcept("decision", SCHEME, "Conclusions of the rules")
OVERRIDE = CodedConcept("override", SCHEME, "What a reader set right")
REASON = CodedConcept("reason", SCHEME, "Why")
COMMENT = CodedConcept("121106", "DCM", "Comment")
LESION = CodedConcept("49755003", "SCT", "Morphologically Abnormal Structure")
TISSUE = CodedConcept("85756007", "SCT", "Tissue")

_ANSWERS = {True: codes.SCT.Yes, False: codes.SCT.No, None: CodedConcept("261665006", "SCT", "Unknown")}


def answer(value: bool | None) -> CodedConcept:  # noqa: FBT001  (it is the value itself)
    """Yes, no or unknown."""
    found = _ANSWERS[value]
    return CodedConcept(found.value, found.scheme_designator, found.meaning)


@cache
def urgency(name: str) -> CodedConcept:
    """As the catalogue's classes say it."""
    return CodedConcept(name, SCHEME, Urgency(name).when)


@cache
def finding(name: str) -> CodedConcept:
    """What is looked for."""
    entry = find_finding(name)
    return own(name) if entry is None else _coded(entry) or own(name)


@cache
def own(name: str) -> CodedConcept:
    """A word of a site's own pipeline: a rule, a finding that the catalogue does not know."""
    return CodedConcept(name, SCHEME, name.replace("-", " ")[:_MEANING])


def _coded(entry: Entry) -> CodedConcept | None:
    for system, designator in _DESIGNATORS:
        if (code := entry.code(system)) is not None:
            return CodedConcept(code.code, designator, code.label[:_MEANING])
    return None
