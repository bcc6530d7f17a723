"""One grey picture of a scan, on levels that do not depend on its bits: what hashes and the search for text look at."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from fiducial.scans.scan import Array, Scan

Plane: TypeAlias = npt.NDArray[np.uint8]  # (rows, columns)
Levels: TypeAlias = tuple[float, float]  # the values that become 0 and 200

LONGEST = 512  # pixels; a letter of 1% of the side is still 5 pixels high
HEADROOM = 200  # where the upper percentile lies: lead and burnt-in text, which are brighter, keep their own levels
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601
_QUANTILES = (0.005, 0.995)
_SAMPLED = 64  # pixels a side are enough to find the levels


def middle_slice(scan: Scan) -> Array:
    """(rows, columns), bright where the body is dense: MONOCHROME1 is inverted, colour becomes its brightness.

    NaN and infinity become the lowest value that is a number.
    """
    plane = scan.array[scan.array.shape[0] // 2]
    if scan.is_colour:
        plane = plane @ _LUMA
    if plane.dtype.kind == "f" and not np.isfinite(plane).all():
        finite = plane[np.isfinite(plane)]
        plane = np.where(np.isfinite(plane), plane, finite.min() if finite.size else 0)
    if scan.header.get("PhotometricInterpretation") == "MONOCHROME1":
        plane = plane.max() - (plane.astype(np.int32) if plane.dtype.kind == "i" else plane)
    shown: Array = plane
    return shown


def averaged(middle: Array) -> Array:
    """(rows, columns) less than 1024 pixels long: larger ones are averaged over whole blocks."""
    step = max(middle.shape) // LONGEST
    if step < 2 or min(middle.shape) < step:
        return middle
    rows, columns = (length // step for length in middle.shape)
    kept = middle[: rows * step, : columns * step]
    # Rows first: they lie together in memory.
    fewer = kept.reshape(rows, step, columns * step).mean(axis=1, dtype=np.float32)
    smaller: Array = fewer.reshape(rows, columns, step).mean(axis=2)
    return smaller


def levels_of(middle: Array) -> Levels:
    """The 0.5 and 99.5 percentiles of (rows, columns), or the ends where these are one value."""
    sampled = middle[tuple(slice(None, None, max(1, length // _SAMPLED)) for length in middle.shape)].ravel()
    places = [round(share * (sampled.size - 1)) for share in _QUANTILES]
    low, high = np.partition(sampled, places)[places]
    if low == high:
        low, high = middle.min(), middle.max()
    return float(low), float(high)


def grey_plane(middle: Array) -> Plane:
    """(rows, columns) as uint8, less than 1024 pixels long: 0 and 200 are its levels; all 0 where it has one value."""
    values = averaged(middle)
    levels = levels_of(values)
    if values.dtype.kind in "iu" and values.itemsize <= 2:
        # A table of all values that the type can hold is many times as fast as arithmetic on every pixel.
        index = np.arange(256**values.itemsize, dtype=f"u{values.itemsize}")
        looked_up: Plane = on_levels(index.view(values.dtype), levels)[values.view(index.dtype)]
        return looked_up
    return on_levels(values, levels)


def on_levels(values: Array, levels: Levels) -> Plane:
    """Values of any shape as uint8; all 0 where the levels are one."""
    low, high = levels
    if low == high:
        return np.zeros(values.shape, dtype=np.uint8)
    scaled = (values.astype(np.float32) - np.float32(low)) * np.float32(HEADROOM / (high - low))
    plane: Plane = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    return plane
