"""What is kept of an image's pixels when it is read: enough to find its copies and what was written into it."""

from dataclasses import dataclass, fields
from typing import Any

from fiducial.scans.overlay import find_overlays
from fiducial.scans.perceptual import miniature
from fiducial.scans.plane import averaged, grey_plane, levels_of
from fiducial.scans.scan import Array, Scan

_SECTIONS = ("CT", "MR", "PT")


@dataclass(frozen=True, slots=True)
class Look:
    """``thumbnail``: 32 x 32 uint8, row after row. ``overlay_places``: each place once, joined by ", ".

    What is said of overlays is None where none were searched for.
    """

    thumbnail: bytes
    overlay_boxes: int | None = None
    overlay_area: float | None = None  # share of the image
    overlay_places: str | None = None

    def measures(self) -> dict[str, Any]:
        """By the column of the files table."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def look(middle: Array, *, for_overlays: bool = True) -> Look:
    """Look at the middle slice (rows, columns), bright where the body is dense."""
    values = averaged(middle)
    small = miniature(values, levels_of(values)).tobytes()
    if not for_overlays:
        return Look(small)
    found = find_overlays(grey_plane(values))
    places = ", ".join(sorted({one.place for one in found}))
    return Look(small, len(found), sum(one.area for one in found), places)


def is_section(scan: Scan) -> bool:
    """Whether this is a slice through a body: nobody lays lead letters there, and ribs and tables look like some.

    A scout, a capture of a screen and whatever else bears no position in the patient is none.
    """
    if "Modality" not in scan.header:
        return not scan.is_colour and len(scan.array) > 1
    at_a_place = "ImagePositionPatient" in scan.header and "LOCALIZER" not in scan.header.get("ImageType", "")
    return scan.header["Modality"] in _SECTIONS and at_a_place
