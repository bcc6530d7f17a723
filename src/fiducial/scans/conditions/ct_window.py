"""Condition: a CT that was exported through one window to 8 bits and read back."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.levels import through_window
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan

CENTRE = 40.0  # HU, of soft tissue


@dataclass(frozen=True, slots=True)
class Exported:
    """Through a window around 40 HU that is ``width`` HU wide."""

    width: float

    def apply(self, scan: Scan) -> Scan:
        """Clip, round to 256 levels, back to HU."""
        return with_physical(scan, through_window(physical(scan), CENTRE, self.width))


@dataclass(frozen=True, slots=True)
class CtWindow:
    """The narrower the window, the less is left outside soft tissue, and the finer the steps within."""

    name: ClassVar[str] = "ct-window"
    says: ClassVar[str] = "exported as an 8-bit picture through one window: what lies outside is clipped"
    modalities: ClassVar[tuple[str, ...]] = ("CT",)
    unit: ClassVar[str] = "HU"
    severities: ClassVar[tuple[float, float, float, float, float]] = (2800, 1500, 400, 200, 80)
    source: ClassVar[str] = (
        "widths of the usual windows for bone, lung, abdomen, subdural blood and brain; all around 40 HU, "
        "LINEAR_EXACT of DICOM PS3.3 C.11.2.1.3.2"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Exported:  # noqa: ARG002  (contract)
        """Nothing is left to chance."""
        return Exported(self.severities[severity - 1])
