"""Condition: a spark while k-space is measured. Stripes run across the whole MR image."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.physical import Values, physical, with_physical
from fiducial.scans.scan import Scan

_NEAR, _FAR = 0.08, 0.6  # of the highest frequency: nearer the middle it would be a shade, not a stripe


@dataclass(frozen=True, slots=True)
class Spike:
    """``strength``: of one false point of k-space, as a share of its middle; ``seed``: where, slice by slice."""

    strength: float
    seed: int

    def apply(self, scan: Scan) -> Scan:
        """Add to each slice the wave that its false point stands for, and take the magnitude."""
        values = physical(scan)
        rng = np.random.default_rng(self.seed)
        return with_physical(scan, np.stack([self._struck(one, rng) for one in values]))

    def _struck(self, plane: Values, rng: np.random.Generator) -> Values:
        rows, columns = plane.shape
        angle, phase = rng.uniform(0, 2 * np.pi, 2)
        far = rng.uniform(_NEAR, _FAR)
        down, across = (
            round(far * turn * side / 2) for turn, side in ((np.sin(angle), rows), (np.cos(angle), columns))
        )
        turns = down * np.arange(rows)[:, None] / rows + across * np.arange(columns)[None, :] / columns
        wave = self.strength * float(plane.mean()) * np.exp(1j * (2 * np.pi * turns + phase))
        struck: Values = np.abs(plane + wave).astype(np.float32)
        return struck


@dataclass(frozen=True, slots=True)
class MrSpike:
    """One point of k-space is far too strong."""

    name: ClassVar[str] = "mr-spike"
    says: ClassVar[str] = "a spark in the scanner: one false point of k-space, stripes across the image"
    modalities: ClassVar[tuple[str, ...]] = ("MR",)
    unit: ClassVar[str] = "1"
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.05, 0.1, 0.2, 0.4, 0.8)
    source: ClassVar[str] = (
        "the point's share of the middle of k-space, which is the stripes' share of the mean signal; TorchIO "
        "(doi:10.1016/j.cmpb.2021.106236) draws from 1 to 3 of the strongest; ours are chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Spike:  # noqa: ARG002  (contract)
        """The seed of the places."""
        return Spike(self.severities[severity - 1], int(rng.integers(2**31)))
