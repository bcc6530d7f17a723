"""``ko``: a key object selection of the images in which something was found, or in which nobody knows."""

from collections.abc import Sequence

from highdicom.ko import KeyObjectSelection, KeyObjectSelectionDocument
from pydicom.sr.codedict import codes

from fiducial.serve.results.contract import Made, NothingToShow
from fiducial.serve.results.given import Given, Part
from fiducial.serve.results.identity import MANUFACTURER, Place, observer
from fiducial.serve.results.instances import dicom_parts, made_of
from fiducial.serve.results.summary import CAUTION, told_conclusions


class KeyObjects:
    """One document a study."""

    name = "ko"

    def make(self, given: Given) -> Sequence[Made]:
        """See ``Output``."""
        found = [part for part in dicom_parts(given) if any(True for _ in told_conclusions(part))]
        if not found:
            raise NothingToShow("every conclusion of the rules is false: no image of this study is a key image.")
        images = [header for part in found for header in part.headers]
        content = KeyObjectSelection(
            document_title=codes.DCM.OfInterest,
            referenced_objects=images,
            observer_device_context=observer(given),
            description=f"{CAUTION} {'; '.join(map(_told, found))}",
        )
        place = Place(given, self.name)
        document = KeyObjectSelectionDocument(
            evidence=images, content=content, manufacturer=MANUFACTURER, **place.document()
        )
        return [made_of(document, place)]


def _told(part: Part) -> str:
    return ", ".join(told_conclusions(part))
