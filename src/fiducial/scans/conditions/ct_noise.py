"""Condition: a lower dose. Correlated noise is added to a CT, as a standard body kernel leaves it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import ndimage

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan

_CORRELATED = 0.7  # pixels, sigma: noise of neighbours in a slice goes together after a standard kernel


@dataclass(frozen=True, slots=True)
class AddedNoise:
    """``hounsfield``: the standard deviation that is added; ``seed``: of the noise."""

    hounsfield: float
    seed: int

    def apply(self, scan: Scan) -> Scan:
        """Add the noise to every slice on its own."""
        values = physical(scan)
        white = np.random.default_rng(self.seed).standard_normal(values.shape, dtype=np.float32)
        noise = ndimage.gaussian_filter(white, (0, _CORRELATED, _CORRELATED))
        return with_physical(scan, values + self.hounsfield * noise / noise.std())


@dataclass(frozen=True, slots=True)
class CtNoise:
    """A lower dose: noise in HU with the correlation of a standard kernel."""

    name: ClassVar[str] = "ct-noise"
    says: ClassVar[str] = "a lower dose: correlated noise is added"
    modalities: ClassVar[tuple[str, ...]] = ("CT",)
    unit: ClassVar[str] = "HU"
    severities: ClassVar[tuple[float, float, float, float, float]] = (5, 10, 20, 40, 80)
    source: ClassVar[str] = (
        "noise grows with the inverse root of the dose, and a routine body CT has about 10 HU: 10, 17, 39 HU are what "
        "half, a quarter and a 16th of the dose add; 80 HU, and the 10 HU, are round numbers chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> AddedNoise:  # noqa: ARG002  (contract)
        """One seed; the noise itself is made when it is applied."""
        return AddedNoise(self.severities[severity - 1], int(rng.integers(2**31)))
