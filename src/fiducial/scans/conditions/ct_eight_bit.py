"""Condition: 256 grey levels. A CT keeps its range and loses the small steps between tissues."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.levels import quantised
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan


@dataclass(frozen=True, slots=True)
class Steps:
    """Every value goes to the nearest of levels that are ``hounsfield`` apart."""

    hounsfield: float

    def apply(self, scan: Scan) -> Scan:
        """Round to the levels and back to HU; nothing is clipped."""
        return with_physical(scan, quantised(physical(scan), self.hounsfield))


@dataclass(frozen=True, slots=True)
class CtEightBit:
    """The steps that a window leaves when it is stored in 8 bits, without its clipping (that is ``ct-window``)."""

    name: ClassVar[str] = "ct-eight-bit"
    says: ClassVar[str] = "the HU-loss test: steps of 256 grey levels, nothing clipped"
    modalities: ClassVar[tuple[str, ...]] = ("CT",)
    unit: ClassVar[str] = "HU"
    severities: ClassVar[tuple[float, float, float, float, float]] = (400 / 255, 1000 / 255, 1500 / 255, 2800 / 255, 16)
    source: ClassVar[str] = (
        "HU a grey level where windows of 400, 1000, 1500, 2800 and 4080 HU (all that 12 bits hold, nearly) are "
        "stored in 8 bits: width / 255. Windows of 200 HU and less lose less than a HU, which is nothing to a CT in "
        "whole HU"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Steps:  # noqa: ARG002  (contract)
        """Nothing is left to chance."""
        return Steps(self.severities[severity - 1])
