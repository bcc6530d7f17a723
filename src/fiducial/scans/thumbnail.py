"""A small grey picture of a scan, windowed as a reader would see it."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from fiducial.scans.headers import numbers
from fiducial.scans.read import read_scan
from fiducial.scans.scan import Array, Scan

_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
_PERCENTILES = (0.5, 99.5)


def thumbnail(source: Scan | str | Path, side: int) -> Array:
    """The middle slice as uint8 (height, width), at most ``side`` pixels long; never enlarged.

    The window is the header's first WindowCenter and WindowWidth (after rescaling), else the 0.5 to 99.5 percentiles;
    MONOCHROME1 is inverted, so that bone is always bright; colour becomes its brightness.

    Raises:
        UnusableInput: a path that cannot be read as an image.
    """
    scan = source if isinstance(source, Scan) else read_scan(source)
    image = Image.fromarray(windowed(scan, scan.array.shape[0] // 2))
    image.thumbnail((side, side), Image.Resampling.BOX)
    return np.asarray(image)


def windowed(scan: Scan, number: int) -> npt.NDArray[np.uint8]:
    """One slice as uint8 (rows, columns), in the window that ``thumbnail`` takes."""
    values = scan.array[number].astype(np.float64)
    if scan.is_colour:
        return _stretched(values @ np.array(_LUMA), 0.0, _brightest(scan.array))
    return _windowed(values, scan)


def _windowed(values: Array, scan: Scan) -> npt.NDArray[np.uint8]:
    slope = (numbers(scan.header, "RescaleSlope") or [1.0])[0]
    intercept = (numbers(scan.header, "RescaleIntercept") or [0.0])[0]
    values = values * slope + intercept
    center, width = numbers(scan.header, "WindowCenter"), numbers(scan.header, "WindowWidth")
    if center and width and width[0] > 0:
        low, high = center[0] - width[0] / 2, center[0] + width[0] / 2
    else:
        finite = values[np.isfinite(values)]
        low, high = np.percentile(finite, _PERCENTILES) if finite.size else (0.0, 1.0)
    shown = _stretched(values, float(low), float(high))
    return 255 - shown if scan.header.get("PhotometricInterpretation") == "MONOCHROME1" else shown


def _stretched(values: Array, low: float, high: float) -> npt.NDArray[np.uint8]:
    span = high - low if high > low else 1.0
    shown = np.clip((np.nan_to_num(values, nan=low) - low) / span, 0.0, 1.0)
    return (shown * 255).round().astype(np.uint8)


def _brightest(array: Array) -> float:
    return float(np.iinfo(array.dtype).max) if np.issubdtype(array.dtype, np.integer) else float(np.max(array))
