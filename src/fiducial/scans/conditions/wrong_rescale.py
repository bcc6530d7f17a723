"""Condition: a wrong rescaling. The header's intercept is off, so that all HU are; the pixels are those stored."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from fiducial.errors import UnusableInput
from fiducial.scans.conditions.contract import Severity
from fiducial.scans.physical import rescaling
from fiducial.scans.scan import Scan


@dataclass(frozen=True, slots=True)
class WrongIntercept:
    """RescaleIntercept is ``hounsfield`` too high."""

    hounsfield: float

    def apply(self, scan: Scan) -> Scan:
        """Write the wrong intercept; a header without a rescaling gets one.

        Raises:
            UnusableInput: the scan is in colour, which has no HU.
        """
        if scan.is_colour:
            raise UnusableInput("is in colour; only grey values can be rescaled to HU")
        slope, intercept = rescaling(scan)
        wrong = {"RescaleSlope": f"{slope:.10g}", "RescaleIntercept": f"{intercept + self.hounsfield:.10g}"}
        return replace(scan, header={**scan.header, **wrong})


@dataclass(frozen=True, slots=True)
class WrongRescale:
    """The intercept alone: what slips in practice, and what a model trained on HU must not forgive silently."""

    name: ClassVar[str] = "wrong-rescale"
    says: ClassVar[str] = "the header's intercept is wrong, so that all HU are too high; the stored pixels stay"
    modalities: ClassVar[tuple[str, ...]] = ("CT",)
    unit: ClassVar[str] = "HU"
    severities: ClassVar[tuple[float, float, float, float, float]] = (7, 24, 100, 500, 1024)
    source: ClassVar[str] = (
        "7 HU is how far from 0 the accreditation of the American College of Radiology lets water be; 24 HU is -1000 "
        "written for -1024; 1024 HU is an intercept that was lost; 100 and 500 are chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> WrongIntercept:  # noqa: ARG002  (contract)
        """Nothing is left to chance."""
        return WrongIntercept(self.severities[severity - 1])
