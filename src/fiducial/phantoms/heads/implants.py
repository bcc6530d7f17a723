"""What else is dense in a head: calcifications, the coil of a closed aneurysm, the catheter of a shunt.

How often the adult brain calcifies: pineal gland 71%, choroid plexus 66%, basal ganglia 0.8% of 1,569 people (PMID
17594669); 68%, 58% and 7.5% of 2,877 (Kwak et al. 1988, Brain and Nerve 40:569-574, doi:10.11477/mf.1406206122); more
with age. Coil and catheter are as thick as they look on CT, not as they are.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from fiducial.phantoms.heads.canvas import Canvas, Where
from fiducial.phantoms.heads.cranium import ellipsoid
from fiducial.phantoms.heads.points import Plane
from fiducial.phantoms.heads.tissue import Tissue

METAL = 3071.0  # HU: what 12 bits hold
_TUBE, _HOLE = 1.7, 6.5  # mm: radius of a catheter and of the hole that it goes through


class Thing(StrEnum):
    """What a model may look at instead of the bleed, by the name of its region."""

    CALCIFICATION = "calcification"
    COIL = "coil"
    CATHETER = "catheter"


@dataclass(frozen=True, slots=True)
class Speck:
    """A ball of chalk or a tangle of platinum; mm, in the head's frame."""

    middle: tuple[float, float, float]
    radius: float
    hu: float


@dataclass(frozen=True, slots=True)
class Catheter:
    """A straight tube from a hole in the skull to the tip in a ventricle."""

    hole: tuple[float, float, float]
    tip: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Implants:
    """Of one patient; all may be absent."""

    calcifications: tuple[Speck, ...] = ()
    coil: Speck | None = None
    catheter: Catheter | None = None

    @property
    def things(self) -> tuple[Thing, ...]:
        """What is there."""
        there = (bool(self.calcifications), self.coil is not None, self.catheter is not None)
        return tuple(thing for thing, present in zip(Thing, there, strict=True) if present)


def speck_in(canvas: Canvas, speck: Speck) -> Where:
    """Where it lies; it moves with the brain."""
    inside: Where = canvas.cavity & (ellipsoid(canvas.brain, speck.middle, (speck.radius,) * 3) < 1)
    return inside


def catheter_in(canvas: Canvas, catheter: Catheter) -> Where:
    """Where the tube lies, after its hole was drilled; from the tip to just under the skin."""
    points = canvas.points
    tip, hole = np.array(catheter.tip), np.array(catheter.hole)
    way = hole - tip
    x, y, z = points.x - tip[0], points.y - tip[1], points.z - tip[2]
    along = (x * way[0] + y * way[1] + z * way[2]) / float(way @ way)
    apart = np.sqrt(np.maximum(x**2 + y**2 + z**2 - along**2 * float(way @ way), 0))
    bone = canvas.within(Tissue.TABLE, Tissue.DIPLOE, Tissue.SUTURE)
    canvas.paint(bone & (along > 0.5) & (apart < _HOLE), Tissue.MUSCLE)  # scar
    inside: Where = (along > 0) & (apart < _TUBE) & (canvas.depth > -canvas.build.skull - 2.5)
    return inside


def streaks(image: Plane, metal: Where, pixel: float, phase: float) -> Plane:
    """HU that metal adds around itself: bright and dark rays that fade; nothing where there is none in this slice."""
    if not metal.any():
        return np.zeros_like(image)
    rows, columns = np.nonzero(metal)
    down, across = np.ogrid[: image.shape[0], : image.shape[1]]
    down, across = (down - rows.mean()) * pixel, (across - columns.mean()) * pixel
    angle, far = np.arctan2(down, across) + phase, np.hypot(down, across)
    rays = np.sin(7 * angle) + 0.7 * np.sin(13 * angle + 1.1) + 0.5 * np.sin(22 * angle + 2.3)
    size = np.sqrt(metal.sum() * pixel**2)
    added: Plane = (13 * size * rays * np.exp(-far / 32) / (1 + far / 18) * (image > -900)).astype(np.float32)
    added[metal] = 0
    return added


def draw_calcifications(rng: np.random.Generator, age: int) -> tuple[Speck, ...]:
    """What the brain of someone of that age in years has in chalk."""
    older = float(np.clip(0.6 + (age - 20) / 80, 0.6, 1.35))
    specks = []
    if rng.random() < 0.68 * older:
        specks.append(_speck(rng, (float(rng.normal(0, 0.7)), 24.0, 2.0), (1.6, 3.2)))
    if rng.random() < 0.60 * older:
        kept = [side for side in (-1, 1) if rng.random() < 0.85]
        specks += [_speck(rng, (side * 23.0, 35.0, 8.0), (2.0, 4.2)) for side in kept]
    if rng.random() < 0.05 * older:
        specks += [_speck(rng, (side * 19.0, 0.0, 2.0), (2.0, 3.6)) for side in (-1, 1)]
    if rng.random() < 0.07 * older:
        specks.append(_speck(rng, (0.0, float(rng.uniform(-60, -45)), float(rng.uniform(10, 35))), (1.5, 3.0)))
    return tuple(specks)


def draw_coil(rng: np.random.Generator) -> Speck:
    """In an aneurysm of the anterior communicating, a middle cerebral or the basilar artery."""
    side = float(rng.choice((-1.0, 1.0)))
    places = ((0.0, -20.0, -8.0), (side * 30, -16.0, -9.0), (side * 10, -8.0, -12.0), (0.0, -1.0, -13.0))
    return Speck(places[int(rng.integers(4))], float(rng.uniform(2.6, 4.8)), METAL)


def draw_catheter(rng: np.random.Generator) -> Catheter:
    """From Kocher's point to the frontal horn, seldom from the parietal bone to the trigone; most on the right."""
    side = -1.0 if rng.random() < 0.75 else 1.0
    if rng.random() < 0.75:
        return Catheter((side * 30, -38.0, 61.0), (side * 6, -14.0, 9.0))
    return Catheter((side * 48, 58.0, 30.0), (side * 14, 14.0, 15.0))


def _speck(rng: np.random.Generator, middle: tuple[float, float, float], radii: tuple[float, float]) -> Speck:
    return Speck(middle, float(rng.uniform(*radii)), float(rng.uniform(110, 300)))
