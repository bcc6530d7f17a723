"""Condition: bone is masked. Whatever is denser than a threshold in a CT is filled with what lies around it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import ndimage

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.filling import filled
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan


@dataclass(frozen=True, slots=True)
class MaskedBone:
    """Denser than ``hounsfield``; ``seed``: of the grain."""

    hounsfield: float
    seed: int

    def apply(self, scan: Scan) -> Scan:
        """Fill it, with the pixels next to it, which are bone in part."""
        values = physical(scan)
        dense = values > np.float32(self.hounsfield)
        holes = np.stack([ndimage.binary_dilation(plane, np.ones((3, 3), dtype=bool)) for plane in dense])
        return with_physical(scan, filled(values, holes, self.seed))


@dataclass(frozen=True, slots=True)
class MaskBone:
    """A counterfactual: metal, calcium and, at the lower thresholds, contrast medium go with the bone."""

    name: ClassVar[str] = "mask-bone"
    says: ClassVar[str] = "whatever is denser than a threshold is filled with what lies around it: bone, calcium, metal"
    modalities: ClassVar[tuple[str, ...]] = ("CT",)
    unit: ClassVar[str] = "HU"
    severities: ClassVar[tuple[float, float, float, float, float]] = (1000, 700, 400, 250, 150)
    source: ClassVar[str] = (
        "thresholds from dense cortex down to spongy bone, chosen by eye; the lower two also take vessels with contrast"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> MaskedBone:  # noqa: ARG002  (contract)
        """The seed of the grain."""
        return MaskedBone(self.severities[severity - 1], int(rng.integers(2**31)))
