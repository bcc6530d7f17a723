"""``sr``: a Comprehensive 3D SR after TID 1500, unverified: scores, boxes, measurements, what the rules conclude."""

from collections.abc import Sequence

from highdicom.sr import (
    CodedConcept,
    Comprehensive3DSR,
    MeasurementReport,
    ObservationContext,
    RelationshipTypeValues,
    TextContentItem,
)
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from fiducial.serve.results import codes as words
from fiducial.serve.results.contract import Made
from fiducial.serve.results.given import Given, Part
from fiducial.serve.results.groups import Group, groups_of
from fiducial.serve.results.identity import MANUFACTURER, Place, observer
from fiducial.serve.results.instances import dicom_parts, made_of
from fiducial.serve.results.summary import lines_of

_PROCEDURE = CodedConcept("363679005", "SCT", "Imaging procedure")


class StructuredReport:
    """One document a study, however many parts it has."""

    name = "sr"

    def make(self, given: Given) -> Sequence[Made]:
        """See ``Output``."""
        parts = dicom_parts(given)
        groups = [list(groups_of(given, part)) for part in parts]
        place = Place(given, self.name)
        # highdicom copies the content and searches it for images; one group a part names them all, at a fifth of the
        # time. The whole content takes its place.
        document = _document(place, parts, _report(given, [of_part[0] for of_part in groups]))
        document.ContentSequence = _report(given, [one for of_part in groups for one in of_part]).ContentSequence
        return [made_of(document, place)]


def _document(place: Place, parts: Sequence[Part], content: Dataset) -> Dataset:
    evidence = [header for part in parts for header in part.headers]
    return Comprehensive3DSR(evidence, content, **place.document(), manufacturer=MANUFACTURER, is_complete=True)


def _report(given: Given, groups: Sequence[Group]) -> Dataset:
    report = MeasurementReport(
        ObservationContext(observer_device_context=observer(given)),
        procedure_reported=_PROCEDURE,
        imaging_measurements=groups,
        title=codes.DCM.ImagingMeasurementReport,
    )
    report[0].ContentSequence.extend(_comment(line) for line in lines_of(given.parts))
    root: Dataset = report[0]
    return root


def _comment(line: str) -> TextContentItem:
    return TextContentItem(name=words.COMMENT, value=line, relationship_type=RelationshipTypeValues.CONTAINS)
