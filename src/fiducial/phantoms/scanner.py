"""From attenuation to the pixels that a scanner stores: its photons, its blur, its grey scale."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from fiducial.phantoms.anatomy import Plane
from fiducial.phantoms.radiograph import FIELD


@dataclass(frozen=True, slots=True)
class Scanner:
    """One device. ``black`` and ``white`` are the attenuations at the two ends of its grey scale."""

    manufacturer: str
    model: str
    modality: Literal["CR", "DX"] = "DX"
    view: Literal["AP", "PA"] = "PA"
    matrix: int = 160  # pixels a side
    bits: int = 12  # stored, of 16 allocated
    photons: float = 60_000.0  # detected in one pixel without a patient
    blur: float = 1.5  # mm, sigma
    black: float = 0.4
    white: float = 4.6
    gamma: float = 1.0  # above 1: darker lungs

    @property
    def spacing(self) -> float:
        """From one pixel to the next in mm, rounded because DICOM grants a decimal 16 characters."""
        return round(FIELD * 10 / self.matrix, 4)

    @property
    def brightest(self) -> int:
        """The largest pixel value."""
        return int(2**self.bits - 1)

    def acquire(self, attenuation: Plane, exposure: float, rng: np.random.Generator) -> NDArray[np.uint16]:
        """Pixels of the shape of ``attenuation``; ``exposure`` is this shot's dose over the usual one.

        Photon noise is Poisson's in its normal approximation: -log(count) varies by 1 / sqrt(count).
        """
        noise = rng.standard_normal(attenuation.shape)
        seen = attenuation + noise * np.exp(attenuation / 2) / np.sqrt(self.photons * exposure)
        blurred = ndimage.gaussian_filter(seen - np.log(exposure), self.blur / self.spacing)
        grey = np.clip((blurred - self.black) / (self.white - self.black), 0, 1) ** self.gamma
        return np.rint(grey * self.brightest).astype(np.uint16)
