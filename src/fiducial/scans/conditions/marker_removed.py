"""Condition: markers are removed. Letters near the border are found and filled with what lies around them."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.exposure import XRAY
from fiducial.scans.conditions.filling import filled
from fiducial.scans.overlay import find_overlays
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.plane import grey_plane
from fiducial.scans.scan import Scan


@dataclass(frozen=True, slots=True)
class Retouched:
    """``margin`` around every letter is filled as well, a share of the longer side; ``seed``: of the grain."""

    margin: float
    seed: int

    def apply(self, scan: Scan) -> Scan:
        """Fill every piece of text that is found; a scan without any stays as it is."""
        values = physical(scan)
        holes = np.stack([self._text_in(plane) for plane in values])
        return with_physical(scan, filled(values, holes, self.seed))

    def _text_in(self, plane: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
        rows, columns = plane.shape
        margin = max(2, round(self.margin * max(rows, columns)))
        hole = np.zeros(plane.shape, dtype=bool)
        for found in find_overlays(grey_plane(plane)):
            top, bottom = (round(share * rows) for share in found.rows)
            left, right = (round(share * columns) for share in found.columns)
            hole[max(0, top - margin) : bottom + margin, max(0, left - margin) : right + margin] = True
        return hole


@dataclass(frozen=True, slots=True)
class MarkerRemoved:
    """A counterfactual, not a fault: does the score stay when the letters go? The larger margins are its control."""

    name: ClassVar[str] = "marker-removed"
    says: ClassVar[str] = "letters near the border are filled with their surroundings; what is not found stays"
    modalities: ClassVar[tuple[str, ...]] = XRAY
    unit: ClassVar[str] = "1"
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.01, 0.015, 0.02, 0.04, 0.08)
    source: ClassVar[str] = "margin around the letters over the longer side, chosen by eye"

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Retouched:  # noqa: ARG002  (contract)
        """The seed of the grain."""
        return Retouched(self.severities[severity - 1], int(rng.integers(2**31)))
