"""Condition: a grid that stood still. Its lead strips leave fine lines, or what sampling makes of them."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.exposure import XRAY, Radiograph, grey_of
from fiducial.scans.scan import Scan

_PERIOD = (2.5, 8.0)  # pixels: what sampling leaves of strips that are finer than the pixels
_CROOKED = 1.5  # degrees: how well a grid lies


@dataclass(frozen=True, slots=True)
class GridLines:
    """``depth``: of the modulation, as a share of the exposure; ``period``: pixels; ``degrees``: 0 is upright."""

    depth: float
    period: float
    degrees: float
    phase: float

    def apply(self, scan: Scan) -> Scan:
        """Take the lines' share of every exposure."""
        radiograph = Radiograph.of(scan)
        rows, columns = radiograph.grey.shape[1:]
        angle = np.radians(self.degrees)
        y, x = np.arange(rows, dtype=np.float32)[:, None], np.arange(columns, dtype=np.float32)[None, :]
        across = (x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))) / np.float32(self.period)
        strips = 1 + np.float32(self.depth) * np.cos(np.float32(2 * np.pi) * across + np.float32(self.phase))
        return radiograph.store(scan, radiograph.grey + grey_of(strips)[None])


@dataclass(frozen=True, slots=True)
class XrayGridLines:
    """Lines of one frequency, upright or lying, a little crooked."""

    name: ClassVar[str] = "xray-grid-lines"
    says: ClassVar[str] = "an anti-scatter grid that stood still: fine regular lines"
    modalities: ClassVar[tuple[str, ...]] = XRAY
    unit: ClassVar[str] = "1"
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.02, 0.05, 0.1, 0.2, 0.4)
    source: ClassVar[str] = (
        "depth of the modulation of the exposure, chosen by eye; that lines keep to one narrow band of frequencies: "
        "Lin et al. 2006, J Digit Imaging 19:351-361, doi:10.1007/s10278-006-0630-8"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> GridLines:  # noqa: ARG002  (contract)
        """How far apart the lines are, and how they lie."""
        lying = 90.0 * float(rng.random() < 0.3)
        return GridLines(
            self.severities[severity - 1],
            float(rng.uniform(*_PERIOD)),
            lying + float(rng.uniform(-_CROOKED, _CROOKED)),
            float(rng.uniform(0, 2 * np.pi)),
        )
