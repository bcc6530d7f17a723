"""Condition: tighter collimation. Blades cover the margins of a radiograph, crooked as they are set by hand."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.exposure import XRAY, Radiograph
from fiducial.scans.physical import Values
from fiducial.scans.scan import Scan

_CROOKED = 2.0  # degrees
_PENUMBRA = 0.004  # of the longer side
_BLACK = -0.02  # grey of a shutter, laid over by the software
_UNEXPOSED = 1.0  # grey of what the blades shade, where no shutter hides it
_LEAK = 0.03  # of grey: how much of the body still shines through the blades' shade


@dataclass(frozen=True, slots=True)
class Blades:
    """How much each blade covers, in shares of its side: top, bottom, left, right. ``grey``: of what they cover."""

    covered: tuple[float, float, float, float]
    degrees: float
    grey: float

    def apply(self, scan: Scan) -> Scan:
        """Cover the margins, with the soft edge that a focal spot leaves."""
        radiograph = Radiograph.of(scan)
        field = self._field(radiograph.grey.shape[1:])
        covered = np.float32(self.grey) + np.float32(_LEAK) * (radiograph.grey - np.float32(0.5)) * (self.grey > 0)
        return radiograph.store(scan, field * radiograph.grey + (1 - field) * covered)

    def _field(self, shape: tuple[int, ...]) -> Values:
        """(rows, columns): 1 where the beam passes, 0 where it does not."""
        rows, columns = shape
        top, bottom, left, right = self.covered
        lean = np.tan(np.radians(self.degrees))
        y, x = np.arange(rows)[:, None] + 0.5, np.arange(columns)[None, :] + 0.5
        down, across = y + lean * (x - columns / 2), x - lean * (y - rows / 2)
        soft = max(1.0, _PENUMBRA * max(shape))
        inward = (
            down - top * rows,
            (1 - bottom) * rows - down,
            across - left * columns,
            (1 - right) * columns - across,
        )
        field: Values = np.min([np.broadcast_to(np.clip(one / soft + 0.5, 0, 1), shape) for one in inward], axis=0)
        return field.astype(np.float32)


@dataclass(frozen=True, slots=True)
class XrayCollimation:
    """Blades from all four sides; chance says how much each covers, and whether a shutter makes it black."""

    name: ClassVar[str] = "xray-collimation"
    says: ClassVar[str] = "tighter collimation: the margins are covered, black under a shutter or white as unexposed"
    modalities: ClassVar[tuple[str, ...]] = XRAY
    unit: ClassVar[str] = "1"
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.03, 0.06, 0.1, 0.15, 0.22)
    source: ClassVar[str] = "mean share of a side that a blade covers, chosen by eye; a blade has 0.5 to 1.5 of it"

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Blades:  # noqa: ARG002  (contract)
        """Where the blades stand, how crooked, and what lies behind them."""
        top, bottom, left, right = (self.severities[severity - 1] * float(share) for share in rng.uniform(0.5, 1.5, 4))
        grey = _BLACK if rng.random() < 0.5 else _UNEXPOSED
        return Blades((top, bottom, left, right), float(rng.uniform(-_CROOKED, _CROOKED)), grey)
