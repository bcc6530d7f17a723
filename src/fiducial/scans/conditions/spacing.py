"""The size of a pixel, for conditions that are said in millimetres."""

import math

from fiducial.errors import UnusableInput
from fiducial.scans.scan import Scan


def pixel_size(scan: Scan) -> tuple[float, float]:
    """Millimetres from one row to the next and from one column to the next.

    Raises:
        UnusableInput: the file gives no spacing, or one that is not positive.
    """
    if scan.spacing is None:
        raise UnusableInput("gives no pixel spacing, which a change in mm needs; read it from its DICOM or NIfTI file")
    _, down, across = scan.spacing
    if not (math.isfinite(down) and math.isfinite(across) and down > 0 and across > 0):
        raise UnusableInput(f"has a pixel spacing of {down:g} x {across:g} mm; a change in mm needs positive numbers")
    return down, across
