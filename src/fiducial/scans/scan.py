"""The scan: pixels as they are stored, how far apart they lie, and what the header says in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]

GREY_AXES = 3  # (slices, rows, columns); a fourth axis holds red, green, blue


@dataclass(frozen=True, slots=True)
class Scan:
    """``array`` holds stored values: (slices, rows, columns), colour with a last axis of 3 samples (RGB).

    ``spacing`` is (z, y, x) in mm: z is NaN where the file gives no distance between slices (a radiograph), and the
    whole is None where it gives no spacing. ``header`` maps a DICOM keyword to its value as text; it is empty for
    PNG and JPEG.
    """

    array: Array
    spacing: tuple[float, float, float] | None
    header: Mapping[str, str]

    @property
    def is_colour(self) -> bool:
        """Whether the array has a samples axis."""
        return self.array.ndim > GREY_AXES


def native(array: Array) -> Array:
    """The same values in this machine's byte order."""
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def is_flat(array: Array) -> bool:
    """Whether every pixel has one value: an empty exposure, a mask of nothing."""
    if array.size == 0:
        return True
    middle = array[array.shape[0] // 2, array.shape[1] // 2]  # most are told by one row
    return bool(np.min(middle) == np.max(middle) and np.min(array) == np.max(array))
