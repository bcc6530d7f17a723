"""Condition: beam hardening. The middle of a CT is too dark, and dark bands run between bones."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.rays import Coarse, Plane
from fiducial.scans.conditions.spacing import pixel_size
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan

_GRID, _VIEWS = 88, 96  # the bands are broad
_BONE = 150.0  # HU
_BONE_HARDENS = 2.0  # how much more than as much water, by eye: calcium takes the soft part of the spectrum first
_TISSUE = 0.5  # of the density of water: what is more is body


@dataclass(frozen=True, slots=True)
class Hardening:
    """``hounsfield``: from the darkest to the brightest of what is added within the body (5th to 95th percentile)."""

    hounsfield: float

    def apply(self, scan: Scan) -> Scan:
        """Add to each slice what its rays get wrong; a slice without a body stays as it is.

        A ray that passed t mm is measured too weak by a share of t squared, the second term of the mean over a
        spectrum. The scanner's calibration then sets the mean of the body right again.
        """
        pixel = pixel_size(scan)
        values = physical(scan)
        grid = Coarse.over(values.shape[1:], pixel, most=_GRID, views=_VIEWS)
        return with_physical(scan, values + np.stack([self._added(one, grid) for one in values]))

    def _added(self, values: Plane, grid: Coarse) -> Plane:
        density: Plane = np.maximum(1 + grid.shrink(values) / 1000, 0)
        body = density > _TISSUE
        if not body.any():
            return np.zeros_like(values)
        passed = density + _BONE_HARDENS * np.maximum(density - 1 - _BONE / 1000, 0)
        angle, offset = np.meshgrid(grid.angles, grid.offsets, indexing="ij")
        wrong = grid.reconstruct(-(grid.integrate(passed, angle, offset) ** 2))
        wrong -= density * (wrong[body].mean() / density[body].mean())
        low, high = np.percentile(wrong[body], [5, 95])
        return grid.enlarge(wrong, values.shape) * np.float32(self.hounsfield / max(high - low, 1e-9))


@dataclass(frozen=True, slots=True)
class CtBeamHardening:
    """Cupping and dark bands, as a beam leaves them that is not corrected for its spectrum."""

    name: ClassVar[str] = "ct-beam-hardening"
    says: ClassVar[str] = "beam hardening: the middle is too dark, dark bands run between bones"
    modalities: ClassVar[tuple[str, ...]] = ("CT",)
    unit: ClassVar[str] = "HU"
    severities: ClassVar[tuple[float, float, float, float, float]] = (10, 20, 40, 80, 120)
    source: ClassVar[str] = (
        "what it looks like: Barrett and Keat 2004, RadioGraphics 24:1679-1691, doi:10.1148/rg.246045065; the square "
        "law and bone apart from water as in Joseph and Spital 1978, J Comput Assist Tomogr 2:100-108; the depth is "
        "chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Hardening:  # noqa: ARG002  (contract)
        """Nothing is left to chance."""
        return Hardening(self.severities[severity - 1])
