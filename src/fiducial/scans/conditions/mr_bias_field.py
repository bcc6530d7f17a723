"""Condition: a coil that is more sensitive on one side. An MR image is brighter here and darker there."""

from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from numpy.polynomial import legendre

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan

_DEGREE = 3


@dataclass(frozen=True, slots=True)
class Field:
    """``spread``: the field runs from 1 - spread/2 to 1 + spread/2; ``seed``: of its shape."""

    spread: float
    seed: int

    def apply(self, scan: Scan) -> Scan:
        """Multiply by a smooth field: Legendre polynomials of up to the third degree, steep ones weaker."""
        values = physical(scan)
        shape = self._shape(values.shape)
        low, high = float(shape.min()), float(shape.max())
        field = 1 + self.spread * ((shape - low) / (high - low) - 0.5)
        return with_physical(scan, values * field.astype(np.float32))

    def _shape(self, sizes: tuple[int, ...]) -> npt.NDArray[np.floating]:
        rng = np.random.default_rng(self.seed)
        weights = rng.standard_normal((_DEGREE + 1,) * 3)
        for powers in product(range(_DEGREE + 1), repeat=3):
            steepness = sum(powers)
            weights[powers] *= 1 / steepness if 0 < steepness <= _DEGREE else 0
        z, y, x = (np.linspace(-1, 1, size) if size > 1 else np.zeros(1) for size in sizes)
        return legendre.leggrid3d(z, y, x, weights)


@dataclass(frozen=True, slots=True)
class MrBiasField:
    """Intensity that is not uniform, as coils leave it."""

    name: ClassVar[str] = "mr-bias-field"
    says: ClassVar[str] = "an uneven coil: brighter on one side, darker on the other"
    modalities: ClassVar[tuple[str, ...]] = ("MR",)
    unit: ClassVar[str] = "1"
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.2, 0.4, 0.6, 0.9, 1.2)
    source: ClassVar[str] = (
        "0.2 and 0.4 are the non-uniformity of 20% and 40% of BrainWeb, from 0.9 to 1.1 and from 0.8 to 1.2 "
        "(brainweb.bic.mni.mcgill.ca/faq.html; Kwan et al. 1999, doi:10.1109/42.816072); the rest is chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Field:  # noqa: ARG002  (contract)
        """The seed of the shape."""
        return Field(self.severities[severity - 1], int(rng.integers(2**31)))
