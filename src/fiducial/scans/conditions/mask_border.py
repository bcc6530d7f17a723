"""Condition: the border is masked. A frame is filled with what lies inside it: nothing near the edge is left."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.filling import filled
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan


@dataclass(frozen=True, slots=True)
class MaskedBorder:
    """``share`` of the height and of the width goes at either end; ``seed``: of the grain."""

    share: float
    seed: int

    def apply(self, scan: Scan) -> Scan:
        """Fill the frame of every slice, at least one pixel wide."""
        values = physical(scan)
        frame = np.ones(values.shape[1:], dtype=bool)
        rows, columns = values.shape[1:]
        down, across = max(1, round(self.share * rows)), max(1, round(self.share * columns))
        frame[down:-down, across:-across] = False
        return with_physical(scan, filled(values, frame, self.seed))


@dataclass(frozen=True, slots=True)
class MaskBorder:
    """A counterfactual: a model that reads the body keeps its score."""

    name: ClassVar[str] = "mask-border"
    says: ClassVar[str] = "a frame along the border is filled with what lies inside it"
    modalities: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "1"
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.02, 0.05, 0.1, 0.15, 0.2)
    source: ClassVar[str] = "width of the frame over the side, chosen by eye"

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> MaskedBorder:  # noqa: ARG002  (contract)
        """The seed of the grain."""
        return MaskedBorder(self.severities[severity - 1], int(rng.integers(2**31)))
