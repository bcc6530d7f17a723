"""Condition: a smaller field of view. A CT is air outside a circle, as reconstruction leaves it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan

_AIR = -1000.0  # HU


@dataclass(frozen=True, slots=True)
class SmallerField:
    """``share`` of the diameter (0 to 1) is lost, around a middle ``down`` and ``right`` of the picture's."""

    share: float
    down: float  # shares of the height and the width
    right: float

    def apply(self, scan: Scan) -> Scan:
        """Put air outside; the size stays, so that geometry and masks still fit."""
        values = physical(scan)
        rows, columns = values.shape[1:]
        y = (np.arange(rows)[:, None] + 0.5) / rows - 0.5 - self.down
        x = (np.arange(columns)[None, :] + 0.5) / columns - 0.5 - self.right
        inside = np.hypot(x, y) <= (1 - self.share) / 2
        return with_physical(scan, np.where(inside, values, max(np.float32(_AIR), values.min())))


@dataclass(frozen=True, slots=True)
class CtFieldOfView:
    """A circle that is smaller than the picture and a little off its middle."""

    name: ClassVar[str] = "ct-field-of-view"
    says: ClassVar[str] = "a smaller field of view: outside a circle there is air, the body is cut off"
    modalities: ClassVar[tuple[str, ...]] = ("CT",)
    unit: ClassVar[str] = "1"
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.05, 0.1, 0.2, 0.3, 0.4)
    source: ClassVar[str] = "shares of the diameter that are lost, chosen by eye"

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> SmallerField:  # noqa: ARG002  (contract)
        """Where the middle lies: within a quarter of what is lost."""
        share = self.severities[severity - 1]
        down, right = rng.uniform(-share / 4, share / 4, 2)
        return SmallerField(share, float(down), float(right))
