"""Condition: a worn detector. Electronic noise and lines that answer wrongly, which no correction map knows yet."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.exposure import XRAY, Radiograph, grey_of
from fiducial.scans.physical import Values
from fiducial.scans.scan import Scan

_DEAD_LINES = (0, 1, 2, 4, 8)  # by severity; chosen by eye
_FAINTEST = np.float32(0.002)  # share of the open field: what an amplifier still tells from nothing
_GAIN = 0.5  # of a bad line, at most this far from 1


@dataclass(frozen=True, slots=True)
class DeadLine:
    """A whole column, or row, at a share of the width: what it measures comes out times ``gain``."""

    is_column: bool
    at: float  # share of the side
    gain: float


@dataclass(frozen=True, slots=True)
class WornDetector:
    """``electronic``: standard deviation, as a share of the exposure in the open field; ``seed``: of the noise."""

    electronic: float
    lines: tuple[DeadLine, ...]
    seed: int

    def apply(self, scan: Scan) -> Scan:
        """Add the noise to the exposure, so that dense parts, which got little, suffer most; then spoil the lines."""
        radiograph = Radiograph.of(scan)
        white = np.random.default_rng(self.seed).standard_normal(radiograph.grey.shape, dtype=np.float32)
        exposure = radiograph.exposure
        read = np.maximum(exposure + np.float32(self.electronic) * white, np.minimum(_FAINTEST, exposure))
        for line in self.lines:
            _spoil(read, line)
        return radiograph.store(scan, grey_of(read))


def _spoil(read: Values, line: DeadLine) -> None:
    place = int(line.at * read.shape[2 if line.is_column else 1])
    if line.is_column:
        read[:, :, place] *= np.float32(line.gain)
    else:
        read[:, place, :] *= np.float32(line.gain)


@dataclass(frozen=True, slots=True)
class XrayDetectorNoise:
    """Electronic noise and dead lines."""

    name: ClassVar[str] = "xray-detector-noise"
    says: ClassVar[str] = "a worn detector: electronic noise, and lines that answer wrongly"
    modalities: ClassVar[tuple[str, ...]] = XRAY
    unit: ClassVar[str] = "1"
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.0005, 0.001, 0.002, 0.004, 0.008)
    source: ClassVar[str] = (
        "standard deviation of the electronic noise over the exposure in the open field; with it come 0, 1, 2, 4 and "
        "8 bad lines; all chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> WornDetector:  # noqa: ARG002  (contract)
        """Where the bad lines lie, how they answer, and the seed of the noise."""
        lines = tuple(
            DeadLine(bool(rng.random() < 0.7), float(rng.random()), float(rng.uniform(1 - _GAIN, 1 + _GAIN)))
            for _ in range(_DEAD_LINES[severity - 1])
        )
        return WornDetector(self.severities[severity - 1], lines, int(rng.integers(2**31)))
