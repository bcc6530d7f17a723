"""Five kinds of bleeding: the space that each fills, how far it pushes the brain aside, and its HU at three ages.

Clot reaches 60 to 80 HU within hours and then loses about 1.5 HU a day, is isodense after one to four weeks and ends
near CSF. Of subdural haematomas 100% of the acute were denser than brain, 70% of the subacute as dense, 76% of the
chronic less dense (Scotti et al. 1977, J Neurosurg 47:311-315). That later bleeds make an old one denser again (Lee et
al. 1997, J Korean Med Sci 12:353-359, doi:10.3346/jkms.1997.12.4.353) is left out.
Oedema: 10 to 14 HU, and the ring around a clot grows for days (see ``fiducial.phantoms.heads.tissue``).
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from fiducial.phantoms.heads.canvas import Canvas, Where
from fiducial.phantoms.heads.cranium import ellipsoid
from fiducial.phantoms.heads.points import Plane, Points
from fiducial.phantoms.heads.tissue import BRAIN, Tissue

_ROUND = 70.0  # mm: from the middle to the inner table, on the whole
_REACH = 70.0  # mm over which a push dies away


class Kind(StrEnum):
    """The five labels of RSNA 2019, in their words."""

    EPIDURAL = "epidural"
    INTRAPARENCHYMAL = "intraparenchymal"
    INTRAVENTRICULAR = "intraventricular"
    SUBARACHNOID = "subarachnoid"
    SUBDURAL = "subdural"


class Age(StrEnum):
    """Of a clot."""

    ACUTE = "acute"
    SUBACUTE = "subacute"
    CHRONIC = "chronic"


HU_OF_BLOOD = {Age.ACUTE: (60.0, 80.0), Age.SUBACUTE: (30.0, 45.0), Age.CHRONIC: (10.0, 25.0)}
_OEDEMA = {Age.ACUTE: 0.22, Age.SUBACUTE: 0.5, Age.CHRONIC: 0.15}  # of the clot's radius


@dataclass(frozen=True, slots=True)
class Bleed:
    """One bleed of one patient; ``middle`` in mm in the head's frame, for a layer on the skull a point of the table.

    ``size``: the thickness of a layer, the radius of a clot, the share of the spaces that fill. ``reach``: mm along the
    skull from the middle of a layer to its edge, or the radius within which sulci fill.
    """

    kind: Kind
    age: Age
    hu: float
    middle: tuple[float, float, float]
    size: float
    reach: float
    stretch: tuple[float, float, float] = (1.0, 1.0, 1.0)  # of a clot's axes

    def aged(self, hu: float) -> "Bleed":
        """The same clot weeks later, smaller."""
        older = {Age.ACUTE: Age.SUBACUTE, Age.SUBACUTE: Age.CHRONIC, Age.CHRONIC: Age.CHRONIC}[self.age]
        return replace(self, age=older, hu=hu, size=0.85 * self.size)

    @property
    def push(self) -> float:
        """Mm by which the brain beside it gives way."""
        shares = {Kind.EPIDURAL: 0.55, Kind.SUBDURAL: 0.65, Kind.INTRAPARENCHYMAL: 0.22}
        return shares.get(self.kind, 0.0) * self.size * (0.5 if self.age is Age.CHRONIC else 1.0)


def pushed(points: Points, bleeds: tuple[Bleed, ...]) -> tuple[Points, Plane]:
    """Where what now lies at ``points`` lay before, and how much room is left to its sulci, 0 to 1."""
    x, y, z, room = points.x, points.y, points.z, np.ones_like(points.x)
    for bleed in bleeds:
        if not bleed.push:
            continue
        away = [axis - middle for axis, middle in zip((points.x, points.y, points.z), bleed.middle, strict=True)]
        far = np.sqrt(sum(axis**2 for axis in away)) + np.float32(0.1)
        force = np.exp(-((far / _REACH) ** 2)) * np.minimum(far / 6, 1)
        step = np.float32(bleed.push) * force / far
        x, y, z = x - step * away[0], y - step * away[1], z - 0.4 * step * away[2]
        room = room * (1 - np.float32(min(0.8, bleed.push / 8)) * np.exp(-((far / 75) ** 2)))
    return Points(x, y, z, points.level), room


def fill(canvas: Canvas, bleed: Bleed) -> Where:
    """Where its blood lies in a section on which the brain is drawn; the oedema around a clot is painted."""
    return _FILLED[bleed.kind](canvas, bleed)


def _along_table(points: Points, bleed: Bleed) -> Plane:
    """Mm from the middle of a layer, measured on the skull."""
    length = np.sqrt(points.x**2 + points.y**2 + points.z**2) + np.float32(0.1)
    x, y, z = np.array(bleed.middle) / np.linalg.norm(bleed.middle)
    cosine = np.clip((points.x * x + points.y * y + points.z * z) / length, -1, 1)
    along: Plane = _ROUND * np.arccos(cosine)
    return along


def _lens(canvas: Canvas, bleed: Bleed) -> Where:
    """Thick in the middle, with ends that meet the skull at an angle; the dura holds it."""
    share = np.clip(1 - (_along_table(canvas.points, bleed) / bleed.reach) ** 2, 0, None) ** 0.75
    lens: Where = canvas.cavity & (canvas.depth < bleed.size * share)
    return lens


def _crescent(canvas: Canvas, bleed: Bleed) -> Where:
    """As thick over a long way, over one hemisphere; neither the falx nor the tentorium is crossed."""
    share = np.clip(1 - (_along_table(canvas.points, bleed) / bleed.reach) ** 4, 0, None) ** 0.8
    uneven = 1 + 0.12 * canvas.folds.texture(canvas.points, 0.4)
    side = np.sign(bleed.middle[0])
    over = canvas.points.z > -38 + 0.2 * np.abs(canvas.points.x)
    layer: Where = canvas.cavity & (canvas.depth < bleed.size * share * uneven) & (side * canvas.points.x > 1) & over
    return np.logical_and(layer, ~canvas.within(Tissue.CEREBELLUM, Tissue.STEM, Tissue.DURA))


def _spaces(canvas: Canvas, bleed: Bleed) -> Where:
    """Sulci and cisterns near the middle; ragged where it ends."""
    share = ellipsoid(canvas.points, bleed.middle, tuple(bleed.reach * one for one in bleed.stretch))  # type: ignore[arg-type]  # three again
    ragged = share + 0.25 * canvas.folds.texture(canvas.points, 0.5)
    return canvas.within(Tissue.CSF) & canvas.cavity & (ragged < 1) & (canvas.depth > 0.5)


def _clot(canvas: Canvas, bleed: Bleed) -> Where:
    """A lumpy ellipsoid within the brain, and the ring of oedema that follows the white matter."""
    axes = tuple(bleed.size * one for one in bleed.stretch)
    share = ellipsoid(canvas.points, bleed.middle, axes)  # type: ignore[arg-type]  # three again
    lumpy = np.sqrt(share) * (1 + 0.10 * canvas.folds.texture(canvas.points, 0.45))
    brain = canvas.within(*BRAIN)
    ring = brain & (lumpy < 1 + _OEDEMA[bleed.age]) & ~canvas.within(Tissue.CORTEX)
    canvas.paint(ring, Tissue.OEDEMA)
    inside: Where = (brain | canvas.within(Tissue.CSF)) & canvas.cavity & (lumpy < 1)
    return inside


def _level(canvas: Canvas, bleed: Bleed) -> Where:
    """Blood sinks: below a level line in the back horns; from a share of 1 on it casts all ventricles."""
    ventricle: Where = canvas.within(Tissue.VENTRICLE) & (canvas.depth > 5)
    return ventricle if bleed.size >= 1 else ventricle & (canvas.points.level > 52 - 30 * bleed.size)


_FILLED = {
    Kind.EPIDURAL: _lens,
    Kind.SUBDURAL: _crescent,
    Kind.SUBARACHNOID: _spaces,
    Kind.INTRAPARENCHYMAL: _clot,
    Kind.INTRAVENTRICULAR: _level,
}


def draw_bleed(rng: np.random.Generator, kind: Kind, age: Age, *, superficial: bool | None = None) -> Bleed:
    """An ordinary bleed of its kind. ``superficial``: whether a subarachnoid or intraparenchymal one is near the skull.

    Subarachnoid and intraventricular blood is washed out before it is chronic: it is drawn as subacute then.
    """
    if kind in {Kind.SUBARACHNOID, Kind.INTRAVENTRICULAR} and age is Age.CHRONIC:
        age = Age.SUBACUTE
    near = bool(rng.random() < 0.4) if superficial is None else superficial
    return Bleed(kind, age, draw_hu(rng, age), *_DRAWN[kind](rng, near))


def draw_hu(rng: np.random.Generator, age: Age) -> float:
    """Of blood of an age."""
    return float(rng.uniform(*HU_OF_BLOOD[age]))


Place = tuple[tuple[float, float, float], float, float, tuple[float, float, float]]


def _on_the_skull(
    rng: np.random.Generator, back: tuple[float, float], up: tuple[float, float]
) -> tuple[float, float, float]:
    side = float(rng.choice((-1.0, 1.0)))
    y, z = float(rng.uniform(*back)), float(rng.uniform(*up))
    x = 66 * np.sqrt(max(0.05, 1 - (y / 82) ** 2 - (z / 72) ** 2))
    return side * float(x), y, z


def _draw_lens(rng: np.random.Generator, near: bool) -> Place:  # noqa: ARG001, FBT001  (the verb of all five)
    size = float(rng.uniform(12, 28))
    return _on_the_skull(rng, (-40, 40), (-8, 38)), size, float(20 + 0.7 * size), (1.0, 1.0, 1.0)


def _draw_crescent(rng: np.random.Generator, near: bool) -> Place:  # noqa: ARG001, FBT001  (the verb of all five)
    return (
        _on_the_skull(rng, (-25, 25), (15, 40)),
        float(rng.uniform(5, 14)),
        float(rng.uniform(65, 95)),
        (1.0, 1.0, 1.0),
    )


def _draw_spaces(rng: np.random.Generator, near: bool) -> Place:  # noqa: FBT001  (the verb of all five)
    if near:
        return _on_the_skull(rng, (-35, 45), (5, 45)), 1.0, float(rng.uniform(26, 42)), (1.0, 1.0, 1.0)
    return (float(rng.normal(0, 5)), -8.0, -10.0), 1.0, float(rng.uniform(34, 52)), (1.0, 0.8, 0.55)


def _draw_clot(rng: np.random.Generator, near: bool) -> Place:  # noqa: FBT001  (the verb of all five)
    side = float(rng.choice((-1.0, 1.0)))
    size = float(rng.uniform(8, 21))
    stretch = (0.8, float(rng.uniform(1.0, 1.5)), float(rng.uniform(0.8, 1.1)))
    if near:
        x, y, z = _on_the_skull(rng, (-45, 50), (5, 40))
        shrunk = 1 - (size * 0.6 + 10) / _ROUND
        return (x * shrunk, y * shrunk, z * shrunk), size, size, stretch
    places = ((27, -4, 3), (11, 9, 6), (20, 42, -33), (26, 0, 12))  # putamen, thalamus, cerebellum, putamen and corona
    x, y, z = places[int(rng.choice(4, p=[0.4, 0.22, 0.13, 0.25]))]
    return (side * x, float(y), float(z)), size, size, stretch


def _draw_level(rng: np.random.Generator, near: bool) -> Place:  # noqa: ARG001, FBT001  (the verb of all five)
    casts = rng.random() < 0.25
    return (0.0, 30.0, 8.0), 1.0 if casts else float(rng.uniform(0.25, 0.85)), 60.0, (1.0, 1.0, 1.0)


_DRAWN = {
    Kind.EPIDURAL: _draw_lens,
    Kind.SUBDURAL: _draw_crescent,
    Kind.SUBARACHNOID: _draw_spaces,
    Kind.INTRAPARENCHYMAL: _draw_clot,
    Kind.INTRAVENTRICULAR: _draw_level,
}
