"""Condition: a softer reconstruction kernel. Fine detail of a CT is blurred."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import ndimage

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.spacing import pixel_size
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan

_SIGMAS_A_WIDTH = 2 * math.sqrt(2 * math.log(2))  # of a Gaussian: its full width at half maximum


@dataclass(frozen=True, slots=True)
class Blur:
    """``width`` is the full width at half maximum, in mm, of the Gaussian that every slice is blurred with."""

    width: float

    def apply(self, scan: Scan) -> Scan:
        """Blur within each slice; between slices nothing changes."""
        sigmas = [self.width / _SIGMAS_A_WIDTH / size for size in pixel_size(scan)]
        return with_physical(scan, ndimage.gaussian_filter(physical(scan), (0, *sigmas), mode="nearest"))


@dataclass(frozen=True, slots=True)
class CtKernelSoft:
    """A Gaussian, as the point spread of a softer kernel beside that of the kernel that was used."""

    name: ClassVar[str] = "ct-kernel-soft"
    says: ClassVar[str] = "a softer reconstruction kernel: detail and noise are blurred within the slice"
    modalities: ClassVar[tuple[str, ...]] = ("CT",)
    unit: ClassVar[str] = "mm"
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.8, 1.2, 1.8, 2.7, 4)
    source: ClassVar[str] = (
        "full width at half maximum of what is added to the point spread, a Gaussian as Nickoloff and Riley measured "
        "it (1985, Med Phys 12:437-442, doi:10.1118/1.595706); the widths are chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Blur:  # noqa: ARG002  (contract)
        """Nothing is left to chance."""
        return Blur(self.severities[severity - 1])
