"""Condition: detector elements that were calibrated badly. Rings lie around the middle of a CT."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan

_FAULTY = 0.08  # share of the elements


@dataclass(frozen=True, slots=True)
class Rings:
    """``hounsfield``: deviation of a ring; ``seed``: which elements fail; ``down``, ``right``: their middle, pixels."""

    hounsfield: float
    seed: int
    down: float
    right: float

    def apply(self, scan: Scan) -> Scan:
        """Add to every pixel what the element at its distance from the middle got wrong.

        An element whose gain is wrong is off by one logarithm whatever it sees: a ring is as strong in air as in bone.
        """
        values = physical(scan)
        rows, columns = values.shape[1:]
        y = np.arange(rows)[:, None] - (rows - 1) / 2 - self.down
        x = np.arange(columns)[None, :] - (columns - 1) / 2 - self.right
        distance = np.hypot(x, y)
        errors = self._errors(int(distance.max()) + 2)
        ring = np.interp(distance, np.arange(errors.size), errors).astype(np.float32)
        return with_physical(scan, values + ring)

    def _errors(self, elements: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        rng = np.random.default_rng(self.seed)
        failed = rng.random(elements) < _FAULTY
        failed[rng.integers(elements // 4, elements // 2)] = True  # never none
        errors = np.where(failed, self.hounsfield * rng.standard_normal(elements), 0.0)
        neighbours = np.roll(errors, 1)
        neighbours[0] = 0
        # The filter of the back-projection leaves a shadow of half the strength on the inner side.
        return errors - 0.5 * np.roll(neighbours, -2)


@dataclass(frozen=True, slots=True)
class CtRing:
    """Some detector elements with a wrong gain."""

    name: ClassVar[str] = "ct-ring"
    says: ClassVar[str] = "detector elements with a wrong gain: rings around the axis of rotation"
    modalities: ClassVar[tuple[str, ...]] = ("CT",)
    unit: ClassVar[str] = "HU"
    severities: ClassVar[tuple[float, float, float, float, float]] = (5, 10, 20, 40, 80)
    source: ClassVar[str] = (
        "how rings arise: Barrett and Keat 2004, RadioGraphics 24:1679-1691, doi:10.1148/rg.246045065; their strength "
        "is chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Rings:  # noqa: ARG002  (contract)
        """Which elements fail, and where the axis lies: within five pixels of the middle."""
        down, right = rng.uniform(-5, 5, 2)
        return Rings(self.severities[severity - 1], int(rng.integers(2**31)), float(down), float(right))
