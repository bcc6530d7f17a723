"""Condition: a scanner that is out of calibration. All of a CT lies some HU too high or too low."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan


@dataclass(frozen=True, slots=True)
class Offset:
    """``hounsfield`` is added to every pixel."""

    hounsfield: float

    def apply(self, scan: Scan) -> Scan:
        """Add it, within what the scan can store."""
        return with_physical(scan, physical(scan) + np.float32(self.hounsfield))


@dataclass(frozen=True, slots=True)
class CtShift:
    """An offset of all HU; chance says whether up or down."""

    name: ClassVar[str] = "ct-shift"
    says: ClassVar[str] = "a scanner out of calibration: all values lie too high or too low"
    modalities: ClassVar[tuple[str, ...]] = ("CT",)
    unit: ClassVar[str] = "HU"
    severities: ClassVar[tuple[float, float, float, float, float]] = (5, 10, 20, 40, 80)
    source: ClassVar[str] = (
        "quality assurance accepts water within 5 HU of 0 (AAPM Task Group 66: Mutic et al. 2003, Med Phys "
        "30:2762-2792, doi:10.1118/1.1609271); the doubling from there is chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Offset:  # noqa: ARG002  (contract)
        """A sign."""
        return Offset(self.severities[severity - 1] * float(rng.choice([-1.0, 1.0])))
