"""A synthetic patient: what is drawn once and then never changes. Drawing lives here, rendering elsewhere."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Sex = Literal["F", "M"]


@dataclass(frozen=True, slots=True)
class Blob:
    """A round density in the patient's frame: cm from the middle of the chest, x to the viewer's right, y downwards."""

    x: float
    y: float
    radius: float  # cm; nothing beyond it
    depth: float  # cm of soft tissue in the beam at the centre


@dataclass(frozen=True, slots=True)
class Patient:
    """Who lies or stands in front of the detector. ``opacity`` is empty in the healthy."""

    id: str
    age: int  # years
    sex: Sex
    habitus: float  # girth over that of the average adult, about 0.85 to 1.25
    opacity: tuple[Blob, ...]  # the finding: overlapping patches of one faint consolidation
    distractors: tuple[Blob, ...]  # healed granulomas: small, dense and harmless
    pattern: int  # seeds vessels and mottle; two images of a patient share the vessels

    @property
    def ill(self) -> bool:
        """Whether the finding is there; the truth behind ``label.opacity``."""
        return bool(self.opacity)


@dataclass(frozen=True, slots=True)
class Population:
    """What patients are drawn from. Age, sex and habitus are independent of the illness."""

    prevalence: float = 0.4  # met exactly, up to one patient
    ages: tuple[int, int] = (20, 90)  # years, both included
    women: float = 0.5
    opacity_depth: tuple[float, float] = (2.5, 5.5)  # cm of soft tissue, of which a patch has a fifth to a half

    def draw(self, rng: np.random.Generator, patient_id: str, *, ill: bool) -> Patient:
        """One patient; the same generator state gives the same patient."""
        return Patient(
            id=patient_id,
            age=int(rng.integers(self.ages[0], self.ages[1], endpoint=True)),
            sex="F" if rng.random() < self.women else "M",
            habitus=float(np.clip(rng.normal(1.0, 0.09), 0.85, 1.25)),
            opacity=draw_opacity(rng, self.opacity_depth) if ill else (),
            distractors=_draw_granulomas(rng),
            pattern=int(rng.integers(2**31)),
        )


def draw_opacity(rng: np.random.Generator, depth: tuple[float, float]) -> tuple[Blob, ...]:
    """A faint consolidation in one lung: four to six patches of up to half of ``depth`` cm each."""
    x, y = _place_in_a_lung(rng)
    size = rng.uniform(1.2, 2.0)
    strength = rng.uniform(*depth)
    return tuple(
        Blob(
            x=x + float(rng.normal(0, 0.55 * size)),
            y=y + float(rng.normal(0, 0.55 * size)),
            radius=size * float(rng.uniform(0.8, 1.4)),
            depth=strength * float(rng.uniform(0.2, 0.5)),
        )
        for _ in range(int(rng.integers(4, 7)))
    )


def _draw_granulomas(rng: np.random.Generator) -> tuple[Blob, ...]:
    return tuple(
        Blob(*_place_in_a_lung(rng), radius=float(rng.uniform(0.25, 0.5)), depth=float(rng.uniform(2.0, 4.0)))
        for _ in range(int(rng.poisson(0.8)))
    )


def _place_in_a_lung(rng: np.random.Generator) -> tuple[float, float]:
    """Well inside a lung field; on the viewer's right that ends where the heart begins."""
    side = float(rng.choice((-1.0, 1.0)))
    return side * float(rng.uniform(5.5, 9.6)), float(rng.uniform(-7.0, 3.0 if side < 0 else -1.2))
