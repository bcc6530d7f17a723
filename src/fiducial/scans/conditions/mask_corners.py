"""Condition: the corners are masked. Where markers and text lie, what lies beside them is put."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.filling import filled
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan


@dataclass(frozen=True, slots=True)
class MaskedCorners:
    """``share`` of the height and of the width goes in each corner; ``seed``: of the grain."""

    share: float
    seed: int

    def apply(self, scan: Scan) -> Scan:
        """Fill the four corners of every slice, at least one pixel each."""
        values = physical(scan)
        near = [_near_an_end(side, self.share) for side in values.shape[1:]]
        return with_physical(scan, filled(values, near[0][:, None] & near[1][None, :], self.seed))


def _near_an_end(side: int, share: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    from_the_end = np.minimum(np.arange(side), np.arange(side)[::-1])
    return from_the_end < max(1, round(share * side))


@dataclass(frozen=True, slots=True)
class MaskCorners:
    """A counterfactual: a model that reads the body keeps its score."""

    name: ClassVar[str] = "mask-corners"
    says: ClassVar[str] = "the four corners are filled with what lies beside them"
    modalities: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "1"
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.05, 0.1, 0.15, 0.2, 0.3)
    source: ClassVar[str] = "width of a corner over the side, chosen by eye"

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> MaskedCorners:  # noqa: ARG002  (contract)
        """The seed of the grain."""
        return MaskedCorners(self.severities[severity - 1], int(rng.integers(2**31)))
