"""A patient whose head is scanned: drawn once, with all that bleeds and all that is dense."""

from dataclasses import dataclass, replace

import numpy as np

from fiducial.phantoms.heads.bleeds import Age, Bleed, Kind, draw_bleed, draw_hu
from fiducial.phantoms.heads.build import HeadBuild
from fiducial.phantoms.heads.implants import Implants

SUPERFICIAL, DEEP = "superficial", "deep"
_KINDS = {
    None: {Kind.EPIDURAL: 0.08, Kind.SUBDURAL: 0.30, Kind.SUBARACHNOID: 0.24, Kind.INTRAPARENCHYMAL: 0.26,
           Kind.INTRAVENTRICULAR: 0.12},
    SUPERFICIAL: {Kind.EPIDURAL: 0.25, Kind.SUBDURAL: 0.5, Kind.SUBARACHNOID: 0.25},
    DEEP: {Kind.INTRAPARENCHYMAL: 0.5, Kind.INTRAVENTRICULAR: 0.25, Kind.SUBARACHNOID: 0.25},
}  # fmt: skip
_AGES = (0.6, 0.25, 0.15)  # acute, subacute, chronic
_SECOND = 0.3  # who bleeds in one place bleeds in another


@dataclass(frozen=True, slots=True)
class HeadPatient:
    """``age`` in years; ``bleeds`` is empty in those who do not bleed."""

    id: str
    age: int
    sex: str
    build: HeadBuild
    bleeds: tuple[Bleed, ...]
    implants: Implants

    @property
    def bleeding(self) -> bool:
        """The truth behind ``any``, for the patient."""
        return bool(self.bleeds)

    def later(self, rng: np.random.Generator) -> "HeadPatient":
        """The same patient some weeks on: every clot is older, smaller and less dense; what is gone is left out.

        Subarachnoid and intraventricular blood that was subacute is gone.
        """
        aged = []
        for bleed in self.bleeds:
            older = bleed.aged(0.0)
            washed = older.kind in {Kind.SUBARACHNOID, Kind.INTRAVENTRICULAR} and older.age is Age.CHRONIC
            if not washed:
                aged.append(replace(older, hu=min(bleed.hu, draw_hu(rng, older.age))))
        return replace(self, bleeds=tuple(aged))


def draw_bleeds(rng: np.random.Generator, place: str | None) -> tuple[Bleed, ...]:
    """One bleed, sometimes two of two kinds; ``place`` is ``superficial``, ``deep`` or None for an ordinary mixture."""
    odds = _KINDS[place]
    count = min(1 + int(rng.random() < _SECOND), len(odds))
    chosen = rng.choice(list(odds), count, replace=False, p=np.array(list(odds.values())) / sum(odds.values()))
    age = list(Age)[int(rng.choice(3, p=_AGES))]  # bleeds of one accident are of one age
    near = None if place is None else place == SUPERFICIAL
    return tuple(draw_bleed(rng, Kind(kind), age, superficial=near) for kind in chosen)
