"""A radiograph as the exposure that made it: its grey is taken for the logarithm of what reached the detector."""

import math
from dataclasses import dataclass

import numpy as np

from fiducial.scans.physical import Values, physical, with_physical
from fiducial.scans.plane import levels_of
from fiducial.scans.scan import Scan

XRAY = ("CR", "DX", "MG")  # DICOM modalities
LATITUDE = math.log(100)  # two decades from the open field to the densest part: a round number, not a measured one
_SIDE = 430.0  # mm: the longer side of a 35 x 43 cm cassette, for files that give no spacing


@dataclass(frozen=True, slots=True)
class Radiograph:
    """``grey`` (slices, rows, columns): about 0 in the open field, about 1 behind the densest part of the body.

    ``low`` and ``high`` are the physical values of 0 and 1: the 0.5 and 99.5 percentiles of the middle slice.
    """

    grey: Values
    low: float
    high: float

    @classmethod
    def of(cls, scan: Scan) -> "Radiograph":
        """Read a scan in stored values, any number of slices, without changing it.

        Raises:
            UnusableInput: a pixel is NaN or infinite.
        """
        values = physical(scan)
        low, high = levels_of(values[len(values) // 2])
        if not high > low:
            high = low + 1.0
        return cls((values - np.float32(low)) / np.float32(high - low), low, high)

    @property
    def exposure(self) -> Values:
        """What reached the detector, as a share of the open field: (slices, rows, columns)."""
        shares: Values = np.exp(-np.float32(LATITUDE) * self.grey)
        return shares

    def store(self, scan: Scan, grey: Values) -> Scan:
        """The scan with another grey, stored the way it stored its own.

        Raises:
            UnusableInput: the scan is in colour.
        """
        return with_physical(scan, grey * np.float32(self.high - self.low) + np.float32(self.low))


def grey_of(exposure: Values) -> Values:
    """The grey that an exposure leaves, both as in ``Radiograph``; exposures must be positive."""
    grey: Values = np.log(exposure) * np.float32(-1 / LATITUDE)
    return grey


def pixel_area(scan: Scan) -> float:
    """Square millimetres; where the file gives no spacing, the longer side is taken for 430 mm."""
    if scan.spacing is not None:
        area = float(scan.spacing[1] * scan.spacing[2])
        if math.isfinite(area) and area > 0:
            return area
    pixel: float = _SIDE / max(scan.array.shape[1:3])
    return pixel * pixel
