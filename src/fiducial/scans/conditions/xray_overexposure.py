"""Condition: too much dose. The detector saturates, and the thin parts of a radiograph burn out."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.exposure import LATITUDE, XRAY, Radiograph
from fiducial.scans.scan import Scan


@dataclass(frozen=True, slots=True)
class Saturation:
    """The dose was ``times`` the one at which the open field just saturates."""

    times: float

    def apply(self, scan: Scan) -> Scan:
        """Whatever lies above saturation becomes the darkest grey; the rest is spread over the same range."""
        radiograph = Radiograph.of(scan)
        darkest = np.float32(math.log(self.times) / LATITUDE)
        return radiograph.store(scan, (np.maximum(radiograph.grey, darkest) - darkest) / (1 - darkest))


@dataclass(frozen=True, slots=True)
class XrayOverexposure:
    """Saturation: thin parts turn black without detail."""

    name: ClassVar[str] = "xray-overexposure"
    says: ClassVar[str] = "too much dose: the detector saturates, lungs and skin burn out to black"
    modalities: ClassVar[tuple[str, ...]] = XRAY
    unit: ClassVar[str] = "times"
    severities: ClassVar[tuple[float, float, float, float, float]] = (1.3, 1.8, 2.5, 4, 7)
    source: ClassVar[str] = (
        "times the dose at which the open field just saturates, over a latitude of two decades; chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Saturation:  # noqa: ARG002  (contract)
        """Nothing is left to chance."""
        return Saturation(self.severities[severity - 1])
