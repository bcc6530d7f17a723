"""From what lies in a slice to the HU of a CT scanner: kernel, noise, metal, its grid and its tilt."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from fiducial.phantoms.heads.points import Plane

LOWEST, HIGHEST = -1024, 3071


@dataclass(frozen=True, slots=True)
class Kernel:
    """A reconstruction: its name in the header, its blur in mm (sigma), and its noise over that of a smooth one."""

    name: str
    blur: float
    noise: float


@dataclass(frozen=True, slots=True)
class HeadScanner:
    """One device and the way it is used on heads. ``noise``: HU in 5 mm at the usual dose, in the middle of the head.

    ``tilt``: degrees by which the gantry leans to spare the eyes; ``offset``: HU by which it is out of tune.
    """

    manufacturer: str
    model: str
    kernel: Kernel
    field: float = 230.0  # mm across
    thickness: float = 5.0  # mm, and from slice to slice
    thin: float = 0.0  # probability of 2.5 mm instead
    noise: float = 3.5
    offset: float = 0.0
    tilt: float = 0.0
    kvp: int = 120
    signed: bool = False  # 16 bits with a sign instead of 12 without

    def acquire(
        self, ideal: Plane, pixel: float, thickness: float, dose: float, rng: np.random.Generator
    ) -> NDArray[np.int16]:
        """HU of the shape of ``ideal``, (rows, columns). Thin slices, low doses and deep heads cost photons."""
        white = rng.standard_normal(ideal.shape, dtype=np.float32)
        grain = ndimage.gaussian_filter(white, max(0.25, 0.7 * self.kernel.blur / pixel))
        grain /= max(float(grain.std()), 1e-6)
        seen: Plane = ndimage.gaussian_filter(ideal, self.kernel.blur / pixel)
        strength = self.noise * self.kernel.noise * np.sqrt(5 / thickness / dose)
        noisy = seen + self.offset + strength * _inside(ideal, pixel) * grain
        stored: NDArray[np.int16] = np.clip(np.rint(noisy), LOWEST, HIGHEST).astype(np.int16)
        return stored


def _inside(ideal: Plane, pixel: float) -> Plane:
    """1 within the head, less in the air around it."""
    head = ndimage.gaussian_filter((ideal > -500).astype(np.float32), 25 / pixel)
    share: Plane = 0.35 + 0.65 * head
    return share
