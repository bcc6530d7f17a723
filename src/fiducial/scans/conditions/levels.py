"""Grey levels: what a window of HU keeps when it is stored in 8 bits."""

import numpy as np

from fiducial.scans.physical import Values

LEVELS = 256


def quantised(values: Values, step: float, origin: float = 0.0) -> Values:
    """The nearest of levels that are ``step`` apart, one of them at ``origin``; all in HU."""
    levels: Values = np.rint((values - np.float32(origin)) / np.float32(step)) * np.float32(step) + np.float32(origin)
    return levels


def through_window(values: Values, centre: float, width: float) -> Values:
    """Clip to the window (LINEAR_EXACT, DICOM PS3.3 C.11.2.1.3.2), store in 8 bits, and read back as HU."""
    low = centre - width / 2
    return quantised(np.clip(values, low, low + width), width / (LEVELS - 1), low)
