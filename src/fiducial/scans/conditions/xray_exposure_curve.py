"""Condition: another vendor's look-up curve. The same exposure is shown darker, brighter or with another contrast."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.exposure import XRAY, Radiograph
from fiducial.scans.physical import Values
from fiducial.scans.scan import Scan

_SHAPES: tuple[Literal["darker", "brighter", "sigmoid"], ...] = ("darker", "brighter", "sigmoid")


@dataclass(frozen=True, slots=True)
class Curve:
    """``darker`` raises grey to the power of ``strength``, ``brighter`` takes that root; ``sigmoid`` is S-shaped.

    The sigmoid is as steep in the middle as ``strength`` says, the straight line being 1; ends stay where they were.
    """

    shape: Literal["darker", "brighter", "sigmoid"]
    strength: float

    def apply(self, scan: Scan) -> Scan:
        """Send every grey through the curve; letters beyond the white end keep their distance from it."""
        radiograph = Radiograph.of(scan)
        inside = np.clip(radiograph.grey, 0, 1)
        return radiograph.store(scan, self._looked_up(inside) + (radiograph.grey - inside))

    def _looked_up(self, grey: Values) -> Values:
        power = {"darker": self.strength, "brighter": 1 / self.strength}
        if self.shape in power:
            raised: Values = grey ** np.float32(power[self.shape])
            return raised
        steep = np.float32(_steepness(self.strength))
        looked_up: Values = (np.tanh(steep * (grey - np.float32(0.5))) / np.tanh(steep / 2) + 1) / 2
        return looked_up


def _steepness(slope: float) -> float:
    """The k of tanh(k x) whose slope in the middle is ``slope`` once its ends lie at 0 and 1."""
    steep = 2 * slope
    for _ in range(30):
        steep = 2 * slope * float(np.tanh(steep / 2))
    return steep


@dataclass(frozen=True, slots=True)
class XrayExposureCurve:
    """Gamma or sigmoid look-up tables; chance says which."""

    name: ClassVar[str] = "xray-exposure-curve"
    says: ClassVar[str] = "another vendor's look-up curve: darker, brighter, or S-shaped"
    modalities: ClassVar[tuple[str, ...]] = XRAY
    unit: ClassVar[str] = "exponent"
    severities: ClassVar[tuple[float, float, float, float, float]] = (1.1, 1.25, 1.5, 1.9, 2.5)
    source: ClassVar[str] = (
        "the exponent of the curve, or how much steeper a sigmoid (DICOM PS3.3 C.11.2.1.3.1 has that form) is in its "
        "middle; chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Curve:  # noqa: ARG002  (contract)
        """Which of the three shapes."""
        return Curve(_SHAPES[int(rng.integers(len(_SHAPES)))], self.severities[severity - 1])
