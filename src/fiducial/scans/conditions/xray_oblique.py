"""Condition: a tilted projection. A radiograph is foreshortened and fans out, as if the detector leant back."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.exposure import XRAY
from fiducial.scans.conditions.warping import Tilt, warped
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan

_DISTANCE = 4.2  # longer sides from focus to detector: 180 cm over 43 cm


@dataclass(frozen=True, slots=True)
class ObliqueProjection:
    """The picture leans back by ``tilt``."""

    tilt: Tilt

    def apply(self, scan: Scan) -> Scan:
        """Tilt every slice, enlarged until it fills the field, as a collimator that follows would have it."""
        values = physical(scan)
        return with_physical(scan, warped(values, self.tilt.matrix(values.shape), float(values.min())))


@dataclass(frozen=True, slots=True)
class XrayOblique:
    """A tilt of the flat picture: what lies in front of what in the body stays as it was, which a real one changes."""

    name: ClassVar[str] = "xray-oblique"
    says: ClassVar[str] = "an oblique projection: foreshortened and fanned out, but without the parallax of a real one"
    modalities: ClassVar[tuple[str, ...]] = XRAY
    unit: ClassVar[str] = "degrees"
    severities: ClassVar[tuple[float, float, float, float, float]] = (3, 6, 12, 20, 30)
    source: ClassVar[str] = "tilts of the detector against the beam, at 180 cm; chosen by eye"

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> ObliqueProjection:  # noqa: ARG002  (contract)
        """The axis around which it leans."""
        return ObliqueProjection(Tilt(self.severities[severity - 1], float(rng.uniform(0, 360)), _DISTANCE))
