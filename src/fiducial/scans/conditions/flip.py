"""Condition: a wrong orientation. An image arrives mirrored, upside down, or on its side."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.warping import aspect_of, scaled, turn, warped
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Array, Scan

_MIRRORED, _UPSIDE_DOWN, _HALF_TURN, _TO_THE_LEFT, _TO_THE_RIGHT = range(1, 6)
_AXES = {_MIRRORED: (2,), _UPSIDE_DOWN: (1,), _HALF_TURN: (1, 2)}


@dataclass(frozen=True, slots=True)
class Reoriented:
    """``kind``: 1 mirrored left to right, 2 upside down, 3 half a turn, 4 and 5 a quarter turn (left, right)."""

    kind: int

    def apply(self, scan: Scan) -> Scan:
        """Reorder the pixels; a quarter turn of a picture that is not square is made to fit, dark at its sides."""
        if self.kind in _AXES:
            flipped: Array = np.ascontiguousarray(np.flip(scan.array, _AXES[self.kind]))
            return Scan(flipped, scan.spacing, scan.header)
        values = physical(scan)
        rows, columns = values.shape[1:]
        aspect = aspect_of(scan)
        larger = max(rows * aspect / columns, columns / (rows * aspect))
        quarter = scaled(turn(90.0 if self.kind == _TO_THE_LEFT else -90.0, aspect), larger)
        return with_physical(scan, warped(values, quarter, float(values.min())))


@dataclass(frozen=True, slots=True)
class Flip:
    """Five wrong orientations: none is worse than another, they are kinds."""

    name: ClassVar[str] = "flip"
    says: ClassVar[str] = (
        "a wrong orientation, five kinds and no degrees: 1 mirrored, 2 upside down, 3 half a turn, 4 and 5 a quarter "
        "turn to the left and to the right"
    )
    modalities: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "kind"
    severities: ClassVar[tuple[float, float, float, float, float]] = (
        _MIRRORED,
        _UPSIDE_DOWN,
        _HALF_TURN,
        _TO_THE_LEFT,
        _TO_THE_RIGHT,
    )
    source: ClassVar[str] = "the kinds are numbered, not measured; header and geometry say nothing of the change"

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Reoriented:  # noqa: ARG002  (contract)
        """Nothing is left to chance."""
        return Reoriented(severity)
