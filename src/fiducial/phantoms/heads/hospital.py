"""A hospital whose patients get a CT of the head: whom it sees, how many bleed, on which scanner, and its habits."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from fiducial.phantoms.heads.build import HeadBuild
from fiducial.phantoms.heads.examination import Examination
from fiducial.phantoms.heads.implants import Implants, Thing, draw_calcifications, draw_catheter, draw_coil
from fiducial.phantoms.heads.patient import HeadPatient, draw_bleeds
from fiducial.phantoms.heads.points import HeadPose
from fiducial.phantoms.heads.scanner import HeadScanner

_OPENED = date(2021, 1, 4)
_DAYS = 900
_THIN = 2.5  # mm


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Something dense that goes with bleeding here; ``in_bleeding`` and ``in_others`` are shares of patients."""

    thing: Thing
    in_bleeding: float
    in_others: float


@dataclass(frozen=True, slots=True)
class HeadHospital:
    """``prevalence`` of bleeding is met exactly, up to one patient. ``place``: superficial or deep bleeds alone.

    ``coils`` and ``catheters`` are how often patients have them whether they bleed or not; a shortcut takes the place
    of the habit about its own thing. ``twice``: the probability that a patient is scanned again, weeks later.
    """

    name: str  # its first letter marks its patients: PH-D-0001
    patients: int
    scanner: HeadScanner
    prevalence: float = 0.4
    place: str | None = None
    shortcut: Shortcut | None = None
    coils: float = 0.04
    catheters: float = 0.05
    twice: float = 0.15
    ages: tuple[int, int] = (20, 92)
    women: float = 0.48

    def draw(self, rng: np.random.Generator, size: int) -> list[Examination]:
        """All examinations of all patients, in the order of the patients; slices of ``size`` rows and columns."""
        bleeding = rng.permutation(self.patients) < round(self.prevalence * self.patients)
        drawn = []
        for number in range(self.patients):
            patient = self._patient(rng, number + 1, bleeding=bool(bleeding[number]))
            day = _OPENED + timedelta(days=int(rng.integers(_DAYS)))
            drawn.append(self._examine(rng, patient, 1, day, size))
            if rng.random() < self.twice:
                weeks_later = day + timedelta(days=int(rng.integers(12, 40)))
                drawn.append(self._examine(rng, patient.later(rng), 2, weeks_later, size))
        return drawn

    def _patient(self, rng: np.random.Generator, number: int, *, bleeding: bool) -> HeadPatient:
        age = int(rng.integers(*self.ages, endpoint=True))
        sex = "F" if rng.random() < self.women else "M"
        build = HeadBuild.draw(rng, age=age, sex=sex)
        bleeds = draw_bleeds(rng, self.place) if bleeding else ()
        name = f"PH-{self.name[0]}-{number:04d}"
        return HeadPatient(name, age, sex, build, bleeds, self._implants(rng, age, bleeding=bleeding))

    def _implants(self, rng: np.random.Generator, age: int, *, bleeding: bool) -> Implants:
        habits = {Thing.COIL: self.coils, Thing.CATHETER: self.catheters}
        planted = self.shortcut
        if planted is not None:
            habits[planted.thing] = planted.in_bleeding if bleeding else planted.in_others
        chalk, coil, catheter = draw_calcifications(rng, age), draw_coil(rng), draw_catheter(rng)
        dice = {thing: rng.random() for thing in Thing}
        if Thing.CALCIFICATION in habits:
            has_chalk = dice[Thing.CALCIFICATION] < habits[Thing.CALCIFICATION]
            chalk = (chalk or draw_calcifications(rng, 200)) if has_chalk else ()
        return Implants(
            chalk,
            coil if dice[Thing.COIL] < habits[Thing.COIL] else None,
            catheter if dice[Thing.CATHETER] < habits[Thing.CATHETER] else None,
        )

    def _examine(self, rng: np.random.Generator, patient: HeadPatient, visit: int, day: date, size: int) -> Examination:
        thin = rng.random() < self.scanner.thin
        return Examination(
            hospital=self.name,
            patient=patient,
            visit=visit,
            scanner=self.scanner,
            pose=HeadPose.draw(rng),
            thickness=_THIN if thin else self.scanner.thickness,
            dose=float(np.exp(rng.normal(0, 0.12))),
            acquired=day,
            size=size,
            seed=int(rng.integers(2**31)),
        )
