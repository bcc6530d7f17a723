"""One image of one patient on one scanner: everything that its pixels and its header depend on, already drawn."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from fiducial.phantoms.marker import burn
from fiducial.phantoms.patient import Patient
from fiducial.phantoms.radiograph import Pose, render
from fiducial.phantoms.scanner import Scanner


@dataclass(frozen=True, slots=True)
class Acquisition:
    """Pixels depend on neither ``patient.id`` nor ``number``: replace those, and a copy under another name is made."""

    hospital: str
    patient: Patient
    number: int  # 1, 2, ... within the patient
    scanner: Scanner
    pose: Pose
    marker: str  # letters in the corner, or nothing
    exposure: float  # dose over the scanner's usual one
    acquired: date
    seed: int  # of the noise

    @property
    def name(self) -> str:
        """What tells this image from all others, such as ``PH-A-0001_2``."""
        return f"{self.patient.id}_{self.number}"

    def pixels(self) -> NDArray[np.uint16]:
        """The stored pixels, (rows, columns)."""
        attenuation = render(self.patient, self.pose, self.scanner.matrix)
        grey = self.scanner.acquire(attenuation, self.exposure, np.random.default_rng(self.seed))
        return burn(grey, self.marker, self.scanner.brightest) if self.marker else grey
