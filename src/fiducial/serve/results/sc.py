"""``sc``: Secondary Capture, a picture of each image with what was found drawn into it."""

from collections.abc import Sequence

import numpy as np
from highdicom.sc import SCImage
from pydicom.uid import RLELossless

from fiducial.models.contract import Study
from fiducial.models.reading import read_study
from fiducial.report.boxed import Boxed, Mark, draw_boxed
from fiducial.scans.thumbnail import windowed
from fiducial.serve.results.contract import Made
from fiducial.serve.results.given import Given, Part
from fiducial.serve.results.identity import MANUFACTURER, Place
from fiducial.serve.results.instances import dicom_parts, made_of
from fiducial.serve.results.summary import told_of

_SHOWN = 12  # boxes: more hide what they mark


class SecondaryCapture:
    """One picture a part: of a volume its middle slice."""

    name = "sc"

    def make(self, given: Given) -> Sequence[Made]:
        """See ``Output``."""
        return [_made(Place(given, self.name, number), part) for number, part in enumerate(dicom_parts(given), 1)]


def _made(place: Place, part: Part) -> Made:
    scan = read_study(Study(part.uid, tuple(part.folder / one.path for one in part.images)))
    strongest = sorted(part.document["boxes"], key=lambda row: -(row["score"] or 0.0))[:_SHOWN]
    picture = draw_boxed(
        Boxed(
            windowed(scan, scan.array.shape[0] // 2),
            f"{place.given.pipeline['name']} {place.given.pipeline['version']}. Not for primary diagnosis.",
            [_mark(row) for row in strongest] if len(part.headers) == 1 else [],
            lines=list(told_of([part])),
        )
    )
    image = SCImage.from_ref_dataset(
        part.headers[0],
        pixel_array=np.asarray(picture.convert("RGB")),
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        patient_orientation=("L", "F"),
        manufacturer=MANUFACTURER,
        transfer_syntax_uid=RLELossless,
        **place.document(),
    )
    image.BurnedInAnnotation = "NO"  # the words on it are ours; no name is among them
    image.PatientOrientation = part.headers[0].get("PatientOrientation", "")
    image.Modality = "DOC"  # a picture of a result: when an archive sends it back, nothing is asked about it
    image.ImageType = ["DERIVED", "SECONDARY"]
    return made_of(image, place)


def _mark(row: dict[str, float]) -> Mark:
    return Mark(str(row["finding"]), (row["x0"], row["y0"], row["x1"], row["y1"]), f"{row['score'] or 0.0:.2f}")
