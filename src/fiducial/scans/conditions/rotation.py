"""Condition: a crooked image. Every slice is turned in its plane."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.warping import aspect_of, turn, warped
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan


@dataclass(frozen=True, slots=True)
class Turned:
    """``degrees`` to the left, as seen."""

    degrees: float

    def apply(self, scan: Scan) -> Scan:
        """Turn around the middle; corners that nothing fills become as dark as the darkest pixel."""
        values = physical(scan)
        return with_physical(scan, warped(values, turn(self.degrees, aspect_of(scan)), float(values.min())))


@dataclass(frozen=True, slots=True)
class Rotation:
    """A turn in the plane; chance says whether to the left or to the right."""

    name: ClassVar[str] = "rotation"
    says: ClassVar[str] = "the image is turned in its plane; corners that nothing fills are dark"
    modalities: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "degrees"
    severities: ClassVar[tuple[float, float, float, float, float]] = (2, 5, 10, 20, 45)
    source: ClassVar[str] = "chosen by eye"

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Turned:  # noqa: ARG002  (contract)
        """To which side."""
        return Turned(self.severities[severity - 1] * float(rng.choice([-1.0, 1.0])))
