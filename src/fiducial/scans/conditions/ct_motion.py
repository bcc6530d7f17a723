"""Condition: a patient who moves while the tube turns. Edges of a CT are doubled and streaked."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy import fft

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.spacing import pixel_size
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan


@dataclass(frozen=True, slots=True)
class Sway:
    """To and fro by ``distance`` mm.

    ``heading``: direction in radians; ``start``: angle of the first view; ``swings``: how often during the half turn;
    ``phase``: where in the swing it begins.
    """

    distance: float
    heading: float
    start: float
    swings: float
    phase: float

    def apply(self, scan: Scan) -> Scan:
        """Shift what each view saw, the same in every slice.

        The view at one angle measures the line at that angle through the middle of the slice's spectrum (the Fourier
        slice theorem), so a shift of the patient turns the phase of that line. The mean of a slice stays.
        """
        pixel = pixel_size(scan)
        values = physical(scan)
        rows, columns = values.shape[1:]
        margin = max(rows, columns) // 4
        sizes = [fft.next_fast_len(side + 2 * margin, real=True) for side in (rows, columns)]
        turn = self._turn((sizes[0], sizes[1]), pixel)
        after = [size - side - margin for size, side in zip(sizes, (rows, columns), strict=True)]
        wide = np.pad(values, ((0, 0), (margin, after[0]), (margin, after[1])), mode="edge")
        moved = np.stack([fft.irfft2(fft.rfft2(one) * turn, s=one.shape) for one in wide])
        return with_physical(scan, moved[:, margin : margin + rows, margin : margin + columns])

    def _turn(self, sizes: tuple[int, int], pixel: tuple[float, float]) -> npt.NDArray[np.complex64]:
        down = fft.fftfreq(sizes[0], pixel[0])[:, None]
        across = fft.rfftfreq(sizes[1], pixel[1])[None, :]
        view = np.mod(np.arctan2(down, across) - self.start, np.pi) / np.pi  # 0 to 1 through the half turn
        moved = self.distance * np.sin(2 * np.pi * (self.swings * view + self.phase))
        along = down * np.sin(self.heading) + across * np.cos(self.heading)
        turn: npt.NDArray[np.complex64] = np.exp(-2j * np.pi * moved * along).astype(np.complex64)
        return turn


@dataclass(frozen=True, slots=True)
class CtMotion:
    """The patient sways in the plane of the slice while half a turn is measured."""

    name: ClassVar[str] = "ct-motion"
    says: ClassVar[str] = "the patient moves during the turn: doubled edges and streaks"
    modalities: ClassVar[tuple[str, ...]] = ("CT",)
    unit: ClassVar[str] = "mm"
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.5, 1, 2, 4, 8)
    source: ClassVar[str] = (
        "what it looks like: Barrett and Keat 2004, RadioGraphics 24:1679-1691, doi:10.1148/rg.246045065; the "
        "distances are chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Sway:  # noqa: ARG002  (contract)
        """The direction, the first view, half a swing to one and a half, and where it begins."""
        heading, start, phase = rng.uniform(0, (2 * np.pi, np.pi, 1))
        return Sway(
            self.severities[severity - 1], float(heading), float(start), float(rng.uniform(0.5, 1.5)), float(phase)
        )
