"""Any grey voxels into int16 HU, and the signs that numbers are no HU: a label map, a scaled picture, a lost offset."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fiducial.errors import UnusableInput
from fiducial.scans.scan import Array
from fiducial.scans.volume import Voxels

LOWEST, HIGHEST = -32768, 32767  # of int16
_LOOKED_AT = 16  # slices, evenly spread: a whole chest need not be searched
_PADDING = -1500  # nothing in or around a body absorbs less than air; what is lower fills the frame
_FLAT = 0.8  # share of neighbours with one value: anatomy in HU has noise, a label map has none
_LARGEST_LABEL = 1000
_OFFSET = 1024


@dataclass(frozen=True, slots=True)
class Clipped:
    """How many voxels lay outside int16, and were set to its ends."""

    voxels: int

    def notes(self) -> tuple[str, ...]:
        """In words; nothing where nothing was clipped."""
        if not self.voxels:
            return ()
        return (f"{self.voxels} voxels lay outside {LOWEST} to {HIGHEST} HU and were set to the nearer end.",)


def fill(out: Voxels, stored: Array, slope: float = 1.0, intercept: float = 0.0) -> int:
    """Write ``stored * slope + intercept`` into ``out`` (same shape), rounded to whole HU; how many were clipped.

    Raises:
        UnusableInput: a voxel is NaN or infinite.
    """
    low, high = (float(stored.min()) * slope + intercept, float(stored.max()) * slope + intercept)
    if not (np.isfinite(low) and np.isfinite(high)):
        raise UnusableInput("holds voxels that are NaN or infinite; fill them with the HU of air (-1000) first")
    fits = min(low, high) >= LOWEST and max(low, high) <= HIGHEST
    whole = stored.dtype.kind in "iub" and slope == 1 and intercept == int(intercept)
    if fits and whole:
        # int16 wraps around on the way and comes back, as the sum itself fits; two bytes need not even be converted.
        same_size = stored.dtype.itemsize == out.dtype.itemsize
        bits = stored.view(np.int16) if same_size else stored.astype(np.int16)
        np.add(bits, np.array(int(intercept)).astype(np.int16), out=out)
        return 0
    values = np.rint(stored * np.float64(slope) + np.float64(intercept))
    out[...] = np.clip(values, LOWEST, HIGHEST)
    return 0 if fits else int(np.count_nonzero((values < LOWEST) | (values > HIGHEST)))


def to_hounsfield(stored: Array, slope: float = 1.0, intercept: float = 0.0) -> tuple[Voxels, Clipped]:
    """(slices, rows, columns) of any number type as int16 HU, slice by slice.

    Raises:
        UnusableInput: a voxel is NaN or infinite, or the values were scaled to a unit range.
    """
    _refuse_unit_range(stored, slope, intercept)
    out = np.empty(stored.shape, np.int16)
    return out, Clipped(sum(fill(into, plane, slope, intercept) for into, plane in zip(out, stored, strict=True)))


def refuse_what_is_no_ct(array: Voxels) -> None:
    """Look at the values (slices, rows, columns) alone.

    Raises:
        UnusableInput: they are labels, or the offset of 1024 is lost. A crop without any air is never refused for that.
    """
    some = array[np.unique(np.linspace(0, len(array) - 1, _LOOKED_AT).astype(int))]
    _refuse_labels(some)
    _refuse_lost_offset(some)


def _refuse_unit_range(stored: Array, slope: float, intercept: float) -> None:
    if stored.dtype.kind != "f" or slope != 1 or intercept != 0:
        return
    low, high = float(stored.min()), float(stored.max())
    if -1 <= low < high <= 1 and np.any(stored != np.rint(stored)):
        raise UnusableInput(
            f"holds values from {low:.3g} to {high:.3g}, which were HU once and were scaled since; "
            "name the file from before that step"
        )


def _refuse_labels(some: Voxels) -> None:
    low, high = int(some.min()), int(some.max())
    if low < -1 or high > _LARGEST_LABEL:
        return
    same = [np.mean(some[:, :, 1:] == some[:, :, :-1])] if some.shape[2] > 1 else []
    same += [np.mean(some[:, 1:] == some[:, :-1])] if some.shape[1] > 1 else []
    if same and min(same) > _FLAT:
        values = np.unique(some).size
        told = f"one value ({low})" if values == 1 else f"{values} whole numbers from {low} to {high} in even patches"
        raise UnusableInput(f"holds {told}: a label map or a mask, no CT in HU; name the scan it was drawn on")


def _refuse_lost_offset(some: Voxels) -> None:
    """Air and soft tissue stand out in a histogram as two narrow peaks that lie 1024 HU apart.

    Dense bone (over 800 HU) in a crop without air cannot be mistaken for soft tissue: it is no peak of its own, with a
    valley before it and little behind.
    """
    values: npt.NDArray[Any] = some[some >= _PADDING]

    def share(low: int, high: int) -> float:
        return float(np.count_nonzero((values >= low) & (values < high))) / values.size

    if not values.size or share(_PADDING, -200) > 0.01 or share(-100, 100) < 0.05:
        return
    tissue = share(_OFFSET - 174, _OFFSET + 126)
    if tissue > 0.1 and share(300, 800) < tissue / 2 and share(_OFFSET + 126, HIGHEST) < tissue:
        air = float(np.median(values[(values >= -100) & (values < 100)]))
        raise UnusableInput(
            f"has air near {air:.0f} and soft tissue near {_OFFSET + 40} where HU have -1000 and 40: its offset of "
            f"{_OFFSET} is lost; subtract {_OFFSET}, or convert it anew with RescaleIntercept"
        )
