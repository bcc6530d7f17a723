"""``override``: what a reader set right, as an SR of its own that names the first as its predecessor."""

import warnings
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO

from highdicom import UID
from highdicom.sr import (
    CodedConcept,
    Comprehensive3DSR,
    MeasurementReport,
    MeasurementsAndQualitativeEvaluations,
    ObservationContext,
    ObserverContext,
    PersonObserverIdentifyingAttributes,
    QualitativeEvaluation,
    SourceImageForMeasurementGroup,
    TrackingIdentifier,
)
from pydicom import dcmread
from pydicom.sr.codedict import codes

from fiducial.serve.overrides import Review, Verdict
from fiducial.serve.results import codes as words
from fiducial.serve.results.contract import Made, NothingToShow
from fiducial.serve.results.given import Given, Part
from fiducial.serve.results.identity import MANUFACTURER, Place, uid_of
from fiducial.serve.results.instances import dicom_parts, made_of
from fiducial.serve.results.sr import PROCEDURE, StructuredReport, comment
from fiducial.serve.results.summary import CAUTION


class OverrideReport:
    """All overrides of the newest revision, by who made the last of them."""

    name = "override"

    def make(self, given: Given) -> Sequence[Made]:
        """See ``Output``."""
        parts = {part.uid: part for part in dicom_parts(given)}
        said = [one for one in given.reviews if one.verdict == Verdict.OVERRIDDEN]
        if not said:
            raise NothingToShow("nobody has overridden anything of this study.")
        (first,) = StructuredReport().make(given)
        about = [(one, parts[one.part]) for one in said if one.part in parts]
        report = MeasurementReport(
            ObservationContext(observer_person_context=_person(said[-1].reader)),
            procedure_reported=PROCEDURE,
            imaging_measurements=[_group(one, part) for one, part in about],
            title=codes.DCM.ImagingMeasurementReport,
        )
        report[0].ContentSequence.extend(comment(line) for line in _lines(said))
        place = Place(
            given, self.name, about=str(said[-1].number), said=datetime.fromisoformat(said[-1].at).timestamp()
        )
        document = Comprehensive3DSR(
            [header for part in parts.values() for header in part.headers],
            report[0],
            **place.document(),
            manufacturer=MANUFACTURER,
            is_complete=True,
            previous_versions=[dcmread(BytesIO(first.content))],
        )
        return [made_of(document, place)]


def _group(said: Review, part: Part) -> MeasurementsAndQualitativeEvaluations:
    flag, reason = str(said.flag), str(said.reason)
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(UID(uid_of("tracked", part.uid, flag)), flag),
        finding_type=words.OVERRIDE,
        qualitative_evaluations=[
            QualitativeEvaluation(words.own(flag), _value(said.to)),
            QualitativeEvaluation(words.REASON, words.own(reason)),
        ],
        source_images=[SourceImageForMeasurementGroup(one.SOPClassUID, one.SOPInstanceUID) for one in part.headers],
    )


def _value(word: str | None) -> CodedConcept:
    known = {"yes": True, "true": True, "no": False, "false": False, "unknown": None}
    return words.answer(known[word]) if word in known else words.own(str(word))


def _lines(said: Sequence[Review]) -> Iterator[str]:
    yield CAUTION
    for one in said:
        yield f"{one.flag}: {one.was} -> {one.to}, {one.reason}, by {one.reader} at {one.at}"


def _person(reader: str) -> ObserverContext:
    with warnings.catch_warnings(action="ignore"):  # of names without carets, which is how people are called here
        who = PersonObserverIdentifyingAttributes(name=reader)
    return ObserverContext(observer_type=codes.DCM.Person, observer_identifying_attributes=who)
