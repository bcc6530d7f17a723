"""One image of one patient on one scanner: everything that its pixels and its header depend on, already drawn."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from fiducial.phantoms.marker import burn
from fiducial.phantoms.patient import Patient
from fiducial.phantoms.radiograph import Pose, in_pixels, render
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

    def opacity_box(self) -> tuple[float, float, float, float] | None:
        """Where the finding lies in these pixels, x0, y0, x1, y1; None in the healthy."""
        if not self.patient.ill:
            return None
        ends = np.array(
            [in_pixels(blob, self.patient, self.pose, self.scanner.matrix) for blob in self.patient.opacity]
        )
        (x0, y0), (x1, y1) = ends[:, :2].min(axis=0).tolist(), ends[:, 2:].max(axis=0).tolist()
        return (x0, y0, x1, y1)
