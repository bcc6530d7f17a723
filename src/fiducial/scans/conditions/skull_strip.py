"""Condition: the skull is stripped. Everything but what it encloses becomes air, and with it a rim of the inside."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.errors import UnusableInput
from fiducial.scans.conditions.contract import Severity
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan
from fiducial.scans.skull import AIR_HU, grown, inside_skull


@dataclass(frozen=True, slots=True)
class Stripped:
    """``rim`` mm beyond the inner table are taken along with the skull."""

    rim: float

    def apply(self, scan: Scan) -> Scan:
        """Air everywhere but inside; slices that show no brain hold air alone.

        Raises:
            UnusableInput: no spacing, or no closed skull in any slice.
        """
        if scan.spacing is None:
            raise UnusableInput("has no spacing in mm, without which no rim can be measured; export the series anew")
        values, pixel = physical(scan), scan.spacing[1:]
        inside = inside_skull(values, pixel)
        kept = np.stack([~grown(~plane, self.rim, pixel) for plane in inside])
        return with_physical(scan, np.where(kept, values, np.float32(AIR_HU)))


@dataclass(frozen=True, slots=True)
class SkullStrip:
    """An ablation, not a fault: what does a model lose that is shown no skull, and blood that lies against it?"""

    name: ClassVar[str] = "skull-strip"
    says: ClassVar[str] = "head CT: skull and scalp become air, and a rim inside the skull goes with them"
    modalities: ClassVar[tuple[str, ...]] = ("CT",)
    unit: ClassVar[str] = "mm"
    severities: ClassVar[tuple[float, float, float, float, float]] = (0, 1, 2, 5, 10)
    source: ClassVar[str] = (
        "mm beyond the inner table: 0 is a perfect strip, 10 takes a whole subdural haematoma at the thickness from "
        "which it is operated on (Bullock et al. 2006, Neurosurgery 58(3 Suppl):S16-24); between them chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Stripped:  # noqa: ARG002  (contract)
        """Nothing is left to chance."""
        return Stripped(self.severities[severity - 1])
