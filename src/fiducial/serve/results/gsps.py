"""``gsps``: a presentation state that draws what was found over the images of the study, one an image with boxes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from highdicom import UID
from highdicom.pr import (
    AnnotationUnitsValues,
    GraphicAnnotation,
    GraphicLayer,
    GraphicObject,
    GraphicTypeValues,
    GrayscaleSoftcopyPresentationState,
    TextJustificationValues,
    TextObject,
)

from fiducial.serve.results.contract import Made, NothingToShow
from fiducial.serve.results.given import Given, Part
from fiducial.serve.results.identity import Place, equipment, uid_of
from fiducial.serve.results.instances import dicom_parts, made_of
from fiducial.serve.results.summary import lines_of

_NOTE = (0.02, 0.02, 0.98, 0.12)  # of the displayed area: across its top
_TRACKED = 64


class PresentationState:
    """Boxes with their scores, and across the top what was concluded."""

    name = "gsps"

    def make(self, given: Given) -> Sequence[Made]:
        """See ``Output``."""
        parts = [part for part in dicom_parts(given) if len(part.headers) == 1]
        if not parts:
            raise NothingToShow("boxes of a volume do not say on which slice they lie; SEG holds its masks.")
        return [_made(Place(given, self.name, number), part) for number, part in enumerate(parts, 1)]


def _made(place: Place, part: Part) -> Made:
    layer = GraphicLayer("FIDUCIAL", order=1, description="What models found; not for primary diagnosis")
    annotation = GraphicAnnotation(
        referenced_images=part.headers,
        graphic_layer=layer,
        graphic_objects=[_box(part, row) for row in part.document["boxes"]],
        text_objects=[_note(part), *(_words(row) for row in part.document["boxes"])],
    )
    state = GrayscaleSoftcopyPresentationState(
        referenced_images=part.headers,
        content_label="FINDINGS",
        content_description="Not for primary diagnosis",
        graphic_layers=[layer],
        graphic_annotations=[annotation],
        **place.document(),
        **equipment(place.given),
    )
    return made_of(state, place)


def _box(part: Part, row: Mapping[str, Any]) -> GraphicObject:
    x0, y0, x1, y1 = (float(row[corner]) for corner in ("x0", "y0", "x1", "y1"))
    tracked = f"{row['model']} {row['finding']} {row['box']}"
    return GraphicObject(
        graphic_type=GraphicTypeValues.POLYLINE,
        graphic_data=np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]),
        units=AnnotationUnitsValues.PIXEL,
        tracking_id=tracked[:_TRACKED],
        tracking_uid=UID(uid_of("tracked", part.uid, tracked)),
    )


def _words(row: Mapping[str, Any]) -> TextObject:
    told = str(row["finding"]) if row["score"] is None else f"{row['finding']} {row['score']:.2f}"
    return TextObject(
        told, units=AnnotationUnitsValues.PIXEL, anchor_point=(float(row["x0"]), float(row["y0"])),
        anchor_point_visible=False,
    )  # fmt: skip


def _note(part: Part) -> TextObject:
    return TextObject(
        "\r\n".join(lines_of([part])),
        units=AnnotationUnitsValues.DISPLAY,
        bounding_box=_NOTE,
        text_justification=TextJustificationValues.LEFT,
    )
