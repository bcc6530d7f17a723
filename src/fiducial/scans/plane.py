"""One grey picture of a scan, on levels that do not depend on its bits: what hashes and the search for text look at."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from fiducial.scans.scan import GREY_AXES, Array

Plane: TypeAlias = npt.NDArray[np.uint8]  # (rows, columns)

LONGEST = 512  # pixels; a letter of 1% of the side is still 5 pixels high
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601
_PERCENTILES = (0.5, 99.5)
_HEADROOM = 200  # where the upper percentile lies: lead and burnt-in text, which are brighter, keep their own levels
_SAMPLED = 128  # pixels a side are enough to find the levels


def grey_plane(array: Array, *, inverted: bool = False) -> Plane:
    """The middle slice of (slices, rows, columns[, samples]) as uint8, less than 1024 pixels long.

    Larger images are averaged over whole blocks of pixels. 0 and 200 are the 0.5 and 99.5 percentiles; an image of one
    value is 0 throughout. ``inverted`` turns MONOCHROME1 into MONOCHROME2.
    """
    middle = array[array.shape[0] // 2]
    values = _averaged(middle, max(1, max(middle.shape[:2]) // LONGEST))
    if array.ndim > GREY_AXES:
        values = values @ _LUMA
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = _levels(values)
    if low == high:
        return np.zeros(values.shape, dtype=np.uint8)
    if inverted:
        low, high = high, low
    if values.dtype.kind in "iu" and values.itemsize <= 2:
        # A table of all values that the type can hold is many times as fast as arithmetic on every pixel.
        index = np.arange(256**values.itemsize, dtype=f"u{values.itemsize}")
        looked_up: Plane = _scaled(index.view(values.dtype), low, high)[values.view(index.dtype)]
        return looked_up
    return _scaled(values, low, high)


def _levels(values: Array) -> tuple[float, float]:
    stride = tuple(slice(None, None, max(1, length // _SAMPLED)) for length in values.shape)
    low, high = np.percentile(values[stride], _PERCENTILES)
    if low == high:
        low, high = values.min(), values.max()
    return float(low), float(high)


def _scaled(values: Array, low: float, high: float) -> Plane:
    scaled = (values.astype(np.float32) - np.float32(low)) * np.float32(_HEADROOM / (high - low))
    plane: Plane = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    return plane


def _averaged(middle: Array, step: int) -> Array:
    if step == 1 or min(middle.shape[:2]) < step:
        return middle
    rows, columns = (length // step for length in middle.shape[:2])
    kept = middle[: rows * step, : columns * step]
    # Rows first: they lie together in memory.
    fewer = kept.reshape(rows, step, *kept.shape[1:]).mean(axis=1, dtype=np.float32)
    averaged: Array = fewer.reshape(rows, columns, step, *kept.shape[2:]).mean(axis=2)
    return averaged
