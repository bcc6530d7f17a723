"""``sr``: a Comprehensive 3D SR after TID 1500, unverified: scores, boxes, measurements, what the rules conclude."""

from collections.abc import Sequence

from highdicom.sr import (
    CodedConcept,
    Comprehensive3DSR,
    ContainerContentItem,
    ImageContentItem,
    MeasurementReport,
    ObservationContext,
    RelationshipTypeValues,
    TextContentItem,
)
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from fiducial.serve.results import codes as words
from fiducial.serve.results.contract import Made
from fiducial.serve.results.given import Given
from fiducial.serve.results.groups import Group, groups_of
from fiducial.serve.results.identity import MANUFACTURER, Place, observer
from fiducial.serve.results.instances import dicom_parts, made_of
from fiducial.serve.results.summary import lines_of

_CONTAINS = RelationshipTypeValues.CONTAINS
_IMAGE = codes.DCM.SourceOfMeasurement
PROCEDURE = CodedConcept("363679005", "SCT", "Imaging procedure")


class StructuredReport:
    """One document a study, however many parts it has."""

    name = "sr"

    def make(self, given: Given) -> Sequence[Made]:
        """See ``Output``."""
        parts = dicom_parts(given)
        images = [header for part in parts for header in part.headers]
        place = Place(given, self.name)
        # highdicom copies the content of a document and searches it for images. It is given a list of the images, which
        # takes a quarter of the time; the report takes that list's place.
        document = Comprehensive3DSR(
            images, _listed(images), **place.document(), manufacturer=MANUFACTURER, is_complete=True
        )
        report = _report(given, [group for part in parts for group in groups_of(given, part)])
        for element in report:
            document[element.tag] = element
        return [made_of(document, place)]


def _listed(images: Sequence[Dataset]) -> Dataset:
    container = ContainerContentItem(codes.DCM.ImagingMeasurementReport)
    container.ContentSequence = [  # type: ignore[assignment]  # pydicom makes a sequence of it
        ImageContentItem(
            codes.DCM.SourceOfMeasurement, one.SOPClassUID, one.SOPInstanceUID, relationship_type=_CONTAINS
        )
        for one in images
    ]
    return container


def _report(given: Given, groups: Sequence[Group]) -> Dataset:
    report = MeasurementReport(
        ObservationContext(observer_device_context=observer(given)),
        procedure_reported=PROCEDURE,
        imaging_measurements=groups,
        title=codes.DCM.ImagingMeasurementReport,
    )
    report[0].ContentSequence.extend(comment(line) for line in lines_of(given.parts))
    root: Dataset = report[0]
    return root


def comment(line: str) -> TextContentItem:
    """A line for people."""
    return TextContentItem(name=words.COMMENT, value=line, relationship_type=_CONTAINS)
