"""A hospital: whom it sees, on which scanner, with which habits of marking. Draws acquisitions, makes no pixels yet."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from fiducial.phantoms.acquisition import Acquisition
from fiducial.phantoms.marker import Marker
from fiducial.phantoms.patient import Patient, Population
from fiducial.phantoms.radiograph import Pose
from fiducial.phantoms.scanner import Scanner

_OPENED = date(2022, 1, 3)
_DAYS = 700


@dataclass(frozen=True, slots=True)
class Hospital:
    """``scanners`` come with (probability in the ill, probability in the healthy); each column sums to 1."""

    name: str  # its first letter marks its patients: PH-A-0001
    patients: int
    scanners: tuple[tuple[Scanner, float, float], ...]
    marker: Marker | None = None
    population: Population = field(default_factory=Population)
    images: tuple[float, ...] = (0.55, 0.3, 0.15)  # probability of one, two, three images a patient

    def draw(self, rng: np.random.Generator) -> list[Acquisition]:
        """All images of all patients, in the order of the patients."""
        ill = rng.permutation(self.patients) < round(self.population.prevalence * self.patients)
        drawn = [self.population.draw(rng, self.patient_id(n + 1), ill=bool(ill[n])) for n in range(self.patients)]
        return [self._acquire(rng, patient, number + 1) for patient in drawn for number in range(self._count(rng))]

    def patient_id(self, number: int) -> str:
        """``PH-A-0001``: a phantom of the hospital whose name starts with A."""
        return f"PH-{self.name[0]}-{number:04d}"

    def _count(self, rng: np.random.Generator) -> int:
        return 1 + int(rng.choice(len(self.images), p=self.images))

    def _acquire(self, rng: np.random.Generator, patient: Patient, number: int) -> Acquisition:
        odds = [ill if patient.ill else healthy for _, ill, healthy in self.scanners]
        return Acquisition(
            hospital=self.name,
            patient=patient,
            number=number,
            scanner=self.scanners[int(rng.choice(len(odds), p=odds))][0],
            pose=Pose.draw(rng),
            marker=self.marker.draw(rng, ill=patient.ill) if self.marker else "",
            exposure=float(np.exp(rng.normal(0, 0.06))),
            acquired=_OPENED + timedelta(days=int(rng.integers(_DAYS))),
            seed=int(rng.integers(2**31)),
        )
