"""Condition: scattered radiation. A veil without detail lies over a radiograph and takes its contrast."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import ndimage

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.exposure import XRAY, Radiograph, grey_of
from fiducial.scans.physical import Values
from fiducial.scans.scan import Scan

_REACH = 0.2  # of the longer side: the width of each of the running means; three make a bell of half that sigma
_DENSE = 0.5  # grey: mediastinum and abdomen, thick bone
_AIR = 0.01  # of what the densest part scatters


@dataclass(frozen=True, slots=True)
class Veil:
    """``fraction`` of what reaches the detector behind dense parts is scatter (0 to 1)."""

    fraction: float

    def apply(self, scan: Scan) -> Scan:
        """Spread what the body scatters, air scattering nothing, and keep the brightness of dense parts."""
        radiograph = Radiograph.of(scan)
        primary = radiograph.exposure
        scatter = _spread(primary * np.clip(radiograph.grey, _AIR, 1))
        dense = radiograph.grey >= min(_DENSE, float(radiograph.grey.max()))
        scatter *= np.float32(self.fraction / (1 - self.fraction)) / np.median((scatter / primary)[dense])
        both = primary + scatter
        return radiograph.store(scan, grey_of(both * np.median((primary / both)[dense])))


def _spread(exposure: Values) -> Values:
    width = max(3, round(_REACH * max(exposure.shape[1:])))
    for _ in range(3):
        exposure = ndimage.uniform_filter(exposure, (0, width, width), mode="nearest")
    return exposure


@dataclass(frozen=True, slots=True)
class XrayScatter:
    """A veil in the exposure, not in the grey: dense parts suffer most."""

    name: ClassVar[str] = "xray-scatter"
    says: ClassVar[str] = "scattered radiation: a veil that takes contrast, most behind dense parts"
    modalities: ClassVar[tuple[str, ...]] = XRAY
    unit: ClassVar[str] = "1"
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.1, 0.25, 0.5, 0.7, 0.9)
    source: ClassVar[str] = (
        "the median share of scatter behind dense parts; without a grid it is about 0.9 behind the mediastinum "
        "(Niklason, Sorenson and Nelson 1981, Med Phys 8:677-681, doi:10.1118/1.595027); the lower numbers and the "
        "width of the veil are chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Veil:  # noqa: ARG002  (contract)
        """Nothing is left to chance."""
        return Veil(self.severities[severity - 1])
