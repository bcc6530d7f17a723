"""``seg``: the masks of segmentation models as DICOM SEG, one object a part, one segment a structure."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk  # noqa: N813  (as its own documentation does)
from highdicom import UID
from highdicom.seg import SegmentAlgorithmTypeValues, Segmentation, SegmentationTypeValues, SegmentDescription

from fiducial.errors import UnusableInput
from fiducial.serve.results import codes as words
from fiducial.serve.results.contract import Made, NothingToShow
from fiducial.serve.results.given import Given, Part
from fiducial.serve.results.identity import Place, algorithm_sequence, equipment, uid_of
from fiducial.serve.results.instances import dicom_parts, made_of
from fiducial.serve.studies import result_folder

_INSIDE = 0.5


class Segmentations:
    """A model says how probable each pixel is; a segment holds those at or over one half."""

    name = "seg"

    def make(self, given: Given) -> Sequence[Made]:
        """See ``Output``."""
        found = [part for part in dicom_parts(given) if part.document["masks"]]
        if not found:
            raise NothingToShow("no model of the pipeline gave a mask of this study.")
        return [_made(Place(given, self.name, number), part) for number, part in enumerate(found, 1)]


def _made(place: Place, part: Part) -> Made:
    given = place.given
    masks = {row["region"]: _mask(given, part, row["path"]) for row in part.document["masks"]}
    segmentation = Segmentation(
        source_images=part.headers,
        pixel_array=np.stack(list(masks.values()), axis=-1),
        segmentation_type=SegmentationTypeValues.BINARY,
        segment_descriptions=list(_described(given, part, masks)),
        omit_empty_frames=False,  # a structure that was looked for and not found is a segment without pixels
        content_label="MASKS",
        content_description="Not for primary diagnosis",
        **place.document(),
        **equipment(given),
    )
    organization = UID(uid_of("dimensions", segmentation.SOPInstanceUID))  # highdicom draws one
    for item in (*segmentation.DimensionOrganizationSequence, *segmentation.DimensionIndexSequence):
        item.DimensionOrganizationUID = organization
    return made_of(segmentation, place)


def _described(given: Given, part: Part, masks: dict[str, npt.NDArray[np.uint8]]) -> Iterator[SegmentDescription]:
    by = {row["region"]: row["model"] for row in part.document["masks"]}
    for number, region in enumerate(masks, 1):
        yield SegmentDescription(
            segment_number=number,
            segment_label=region[:64],
            segmented_property_category=words.TISSUE,
            segmented_property_type=words.finding(region),
            algorithm_type=SegmentAlgorithmTypeValues.AUTOMATIC,
            algorithm_identification=algorithm_sequence(given, by[region]),
            tracking_uid=UID(uid_of("tracked", part.uid, region)),
            tracking_id=region[:64],
        )


def _mask(given: Given, part: Part, path: str) -> npt.NDArray[np.uint8]:
    """(slices, rows, columns), 0 or 1, on the grid of the images."""
    file = result_folder(given.folder, given.study.uid, given.revision).parent / path
    try:
        values = sitk.GetArrayFromImage(sitk.ReadImage(str(file)))
    except RuntimeError as gone:
        raise UnusableInput(f"{file.name}: the mask cannot be read any more. Have the study read again.") from gone
    grid = (len(part.headers), part.headers[0].Rows, part.headers[0].Columns)
    if values.shape != grid:
        raise NothingToShow(
            f"a mask has {values.shape} pixels and its images have {grid}: other images of the series came since. "
            "Ask again when the study is decided anew."
        )
    return np.asarray(values >= _INSIDE, dtype=np.uint8)
