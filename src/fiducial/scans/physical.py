"""Stored values and what they mean: HU in a CT, grey from dark air to bright bone in a radiograph, and back again."""

import math
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from fiducial.errors import UnusableInput
from fiducial.scans.headers import numbers
from fiducial.scans.scan import Array, Scan

Values: TypeAlias = npt.NDArray[np.float32]  # (slices, rows, columns)

_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601
_INVERTED = "MONOCHROME1"


def physical(scan: Scan) -> Values:
    """The rescaled values of a scan, (slices, rows, columns): HU where the header's slope and intercept give HU.

    MONOCHROME1 is turned over within the range of its stored values, so that bone is always bright; colour becomes its
    brightness.

    Raises:
        UnusableInput: a pixel is NaN or infinite.
    """
    array = scan.array @ _LUMA if scan.is_colour else scan.array
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise UnusableInput("holds pixels that are NaN or infinite; fill them with the value of air first")
    slope, intercept = rescaling(scan)
    values = array.astype(np.float32)
    if scan.header.get("PhotometricInterpretation") == _INVERTED:
        values = np.float32(sum(stored_range(scan))) - values
    if (slope, intercept) != (1.0, 0.0):
        values = values * np.float32(slope) + np.float32(intercept)
    return values


def with_physical(scan: Scan, values: Values) -> Scan:
    """The scan that stores ``values`` (slices, rows, columns) the way it stored its own: rounded, cut to its range.

    Raises:
        UnusableInput: the scan is in colour, whose brightness alone says too little.
    """
    if scan.is_colour:
        raise UnusableInput("is in colour; only grey images can be changed and stored again")
    slope, intercept = rescaling(scan)
    stored = (values.astype(np.float64) - intercept) / slope
    if scan.header.get("PhotometricInterpretation") == _INVERTED:
        stored = sum(stored_range(scan)) - stored
    return replace(scan, array=_as_stored(scan, stored))


def rescaling(scan: Scan) -> tuple[float, float]:
    """RescaleSlope and RescaleIntercept, 1 and 0 where the header has none."""
    slope = (numbers(scan.header, "RescaleSlope") or [1.0])[0]
    return (slope or 1.0), (numbers(scan.header, "RescaleIntercept") or [0.0])[0]


def stored_range(scan: Scan) -> tuple[float, float]:
    """The lowest and the highest value that a scan can store: by BitsStored, else by its type, else those it has."""
    kind = scan.array.dtype
    if kind.kind == "f":
        return (float(scan.array.min()), float(scan.array.max())) if scan.array.size else (0.0, 1.0)
    bits = numbers(scan.header, "BitsStored")
    used = int(bits[0]) if bits and 0 < bits[0] <= 8 * kind.itemsize and not math.isnan(bits[0]) else 8 * kind.itemsize
    if kind.kind == "i":
        return float(-(2 ** (used - 1))), float(2 ** (used - 1) - 1)
    return 0.0, float(2**used - 1)


def _as_stored(scan: Scan, stored: npt.NDArray[np.float64]) -> Array:
    kind = scan.array.dtype
    if kind.kind == "f":
        return stored.astype(kind)
    low, high = stored_range(scan)
    # Some files hold values outside the bits that they declare (padding): those may stay as they are.
    low, high = min(low, float(scan.array.min())), max(high, float(scan.array.max()))
    return np.clip(np.rint(stored), low, high).astype(kind)
