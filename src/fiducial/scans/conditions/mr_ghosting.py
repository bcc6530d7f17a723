"""Condition: breathing or pulsation in time with the scan. Ghosts of an MR image lie beside it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan


@dataclass(frozen=True, slots=True)
class Ghosts:
    """``strength``: of each of two ghosts, as a share of the signal.

    ``axis``: phase encoding runs along rows (1) or columns (2); ``period``: lines of k-space from one breath to the
    next; ``phase``: in radians.
    """

    strength: float
    axis: int
    period: float
    phase: float

    def apply(self, scan: Scan) -> Scan:
        """Add both ghosts and take the magnitude.

        Lines of k-space that rise and fall with a period of p lines put copies of the image an p-th of the field to
        either side, wrapped around it; a wave through zero in the middle keeps the sum.
        """
        values = physical(scan)
        far = round(values.shape[self.axis] / self.period)
        turned = np.complex64(self.strength * np.exp(1j * self.phase))
        ghosts = turned * np.roll(values, far, self.axis) + turned.conjugate() * np.roll(values, -far, self.axis)
        return with_physical(scan, np.abs(values + ghosts).astype(np.float32))


@dataclass(frozen=True, slots=True)
class MrGhosting:
    """A signal that varies in time with the lines of k-space."""

    name: ClassVar[str] = "mr-ghosting"
    says: ClassVar[str] = "breathing or pulsation: two ghosts along the direction of phase encoding"
    modalities: ClassVar[tuple[str, ...]] = ("MR",)
    unit: ClassVar[str] = "1"
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.025, 0.05, 0.1, 0.2, 0.35)
    source: ClassVar[str] = (
        "a ghost's share of the signal: from 0.025, the most that the phantom test of the American College of "
        "Radiology has long accepted (Phantom Test Guidance, percent signal ghosting); the rest is chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Ghosts:  # noqa: ARG002  (contract)
        """The direction, a breath of 2.5 to 6 lines, and where in it the scan began."""
        axis, period, phase = int(rng.integers(1, 3)), float(rng.uniform(2.5, 6)), float(rng.uniform(0, 2 * np.pi))
        return Ghosts(self.severities[severity - 1], axis, period, phase)
