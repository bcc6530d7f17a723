"""Condition: a monitor photographed with a phone. The picture leans, fine bands cross it, a lamp is mirrored in it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.exposure import XRAY, Radiograph
from fiducial.scans.conditions.warping import Tilt, warped
from fiducial.scans.physical import Values
from fiducial.scans.scan import Scan

_DISTANCE = 1.5  # longer sides of the picture from lens to monitor
_BLUR = 0.0015  # of the longer side: a lens that is held by hand
_VEIL = 0.25  # of the glare: lit rooms lift black everywhere
_VIGNETTE = 0.4  # of the tilt in radians: light that the corners lose
_GRAIN = 0.006  # of the range: a small sensor's noise
_BENT = 8.0  # radians by which the bands are bent from the middle to the corner
_GLARE = (0.02, 0.05, 0.1, 0.2, 0.35)  # of the range, by severity
_MOIRE = (0.005, 0.01, 0.02, 0.035, 0.06)  # of the range, by severity


@dataclass(frozen=True, slots=True)
class Bands:
    """What two grids of pixels, the monitor's and the sensor's, make of each other."""

    depth: float  # of the range
    count: float  # over the longer side
    degrees: float
    bend: float  # radians at the corner

    def over(self, y: Values, x: Values) -> Values:
        """At shares of the longer side from the middle."""
        angle = np.radians(self.degrees)
        along = x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))
        phase = np.float32(2 * np.pi * self.count) * along + np.float32(self.bend) * (x * x - y * y + x * y)
        bands: Values = np.float32(self.depth) * np.cos(phase)
        return bands


@dataclass(frozen=True, slots=True)
class Photograph:
    """``lamp``: where it is mirrored, (down, across) from the middle, and its radius, in longer sides."""

    tilt: Tilt
    bands: tuple[Bands, ...]
    glare: float  # of the range
    lamp: tuple[float, float, float]
    seed: int

    def apply(self, scan: Scan) -> Scan:
        """Lean, blur, cross with bands, mirror a lamp, darken the corners, add grain, and store in 8 bits' steps."""
        radiograph = Radiograph.of(scan)
        y, x = _from_the_middle(radiograph.grey.shape[1:])
        shown = warped(np.clip(radiograph.grey, 0, 1.2), self.tilt.matrix(radiograph.grey.shape), 0.0)
        blurred = ndimage.gaussian_filter(shown, (0, *[_BLUR * max(shown.shape[1:])] * 2))
        crossed = blurred * (1 + sum(one.over(y, x) for one in self.bands) / max(0.3, float(blurred.mean())))
        vignette = 1 - np.float32(_VIGNETTE * np.radians(self.tilt.degrees)) * 2 * (x * x + y * y)
        grain = np.random.default_rng(self.seed).standard_normal(shown.shape, dtype=np.float32) * np.float32(_GRAIN)
        photographed = crossed * vignette + self._reflection(y, x) * (1 - 0.6 * np.clip(crossed, 0, 1)) + grain
        return radiograph.store(scan, np.rint(np.clip(photographed, 0, 1.2) * 255) / np.float32(255))

    def _reflection(self, y: Values, x: Values) -> Values:
        down, across, radius = self.lamp
        far = ((y - np.float32(down)) ** 2 + (x - np.float32(across)) ** 2) / np.float32(radius**2)
        reflection: Values = np.float32(self.glare) * (np.exp(-far) + np.float32(_VEIL))
        return reflection


def _from_the_middle(shape: tuple[int, ...]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    rows, columns = shape
    longer = np.float32(max(shape))
    y, x = np.arange(rows, dtype=np.float32), np.arange(columns, dtype=np.float32)
    return ((y - (rows - 1) / 2) / longer)[:, None], ((x - (columns - 1) / 2) / longer)[None, :]


@dataclass(frozen=True, slots=True)
class XrayPhone:
    """A photograph of a monitor; glare and bands grow with the tilt."""

    name: ClassVar[str] = "xray-phone"
    says: ClassVar[str] = (
        "a monitor photographed with a phone: it leans, moire bands cross it, a lamp is mirrored in it"
    )
    modalities: ClassVar[tuple[str, ...]] = XRAY
    unit: ClassVar[str] = "degrees"
    severities: ClassVar[tuple[float, float, float, float, float]] = (2, 5, 10, 18, 28)
    source: ClassVar[str] = (
        "how far the phone leans; with it come glare of 2, 5, 10, 20, 35% and moire of 0.5, 1, 2, 3.5, 6% of range; "
        "which faults: Phillips et al. 2020, CheXphoto, doi:10.48550/arXiv.2007.06199; the numbers are chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Photograph:  # noqa: ARG002  (contract)
        """From where the phone looks, where the lamp hangs, and how the two grids of pixels meet."""
        down, across, radius = rng.uniform((-0.4, -0.4, 0.1), (0.1, 0.4, 0.35))
        bands = tuple(
            Bands(_MOIRE[severity - 1] / (1 + number), *_drawn_bands(rng, fine)) for number, fine in enumerate((1, 3))
        )
        return Photograph(
            Tilt(self.severities[severity - 1], float(rng.uniform(0, 360)), _DISTANCE),
            bands,
            _GLARE[severity - 1],
            (float(down), float(across), float(radius)),
            int(rng.integers(2**31)),
        )


def _drawn_bands(rng: np.random.Generator, fine: int) -> tuple[float, float, float]:
    count, degrees, bend = rng.uniform((12, 0, -_BENT), (50, 180, _BENT))
    return float(count * fine), float(degrees), float(bend)
