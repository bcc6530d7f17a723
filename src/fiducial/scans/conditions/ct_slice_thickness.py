"""Condition: thick slices. Each slice of a CT is the mean over a slab, as a scan with fewer or wider slices has it."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fiducial.errors import UnusableInput
from fiducial.scans.conditions.contract import Severity
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan


@dataclass(frozen=True, slots=True)
class ThickSlices:
    """``thickness`` is that of the slab, in mm; slices stay where they are and overlap."""

    thickness: float

    def apply(self, scan: Scan) -> Scan:
        """Average neighbouring slices; the first and the last stand for what was not scanned.

        Raises:
            UnusableInput: there is one slice, no distance between slices, or they are as thick already.
        """
        apart = _distance(scan)
        if apart >= self.thickness:
            raise UnusableInput(
                f"has slices {apart:g} mm apart; averaging them to {self.thickness:g} mm needs thinner ones"
            )
        weights = slab(self.thickness / apart)
        return with_physical(scan, ndimage.correlate1d(physical(scan), weights, axis=0, mode="nearest"))


def slab(slices: float) -> npt.NDArray[np.float64]:
    """The share of each slice in a slab of ``slices`` times its thickness: odd in number, 1 in sum."""
    reach = math.ceil((slices - 1) / 2)
    overlap = np.clip(slices / 2 + 0.5 - np.abs(np.arange(-reach, reach + 1)), 0, 1)
    shares: npt.NDArray[np.float64] = overlap / overlap.sum()
    return shares


def _distance(scan: Scan) -> float:
    if scan.array.shape[0] == 1:
        raise UnusableInput("is a single slice; thicker slices need its neighbours, so read the whole series")
    apart = math.nan if scan.spacing is None else scan.spacing[0]
    if not (math.isfinite(apart) and apart > 0):
        raise UnusableInput("gives no distance between its slices, which a thickness in mm needs")
    return apart


@dataclass(frozen=True, slots=True)
class CtSliceThickness:
    """The mean over a slab around each slice."""

    name: ClassVar[str] = "ct-slice-thickness"
    says: ClassVar[str] = "thick slices: each becomes the mean over a slab, small things fade"
    modalities: ClassVar[tuple[str, ...]] = ("CT",)
    unit: ClassVar[str] = "mm"
    severities: ClassVar[tuple[float, float, float, float, float]] = (2, 3, 5, 7.5, 10)
    source: ClassVar[str] = "thicknesses that scanners offer, from thin slices to those of old protocols; chosen by eye"

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> ThickSlices:  # noqa: ARG002  (contract)
        """Nothing is left to chance."""
        return ThickSlices(self.severities[severity - 1])
