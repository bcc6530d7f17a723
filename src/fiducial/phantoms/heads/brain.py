"""Inside the skull: grey and white matter with their folds, ventricles, cisterns, falx and tentorium."""

from dataclasses import dataclass

import numpy as np

from fiducial.phantoms.heads.canvas import Canvas, Where
from fiducial.phantoms.heads.cranium import ellipsoid, in_notch, petrous_line, tentorium
from fiducial.phantoms.heads.points import Plane, Points
from fiducial.phantoms.heads.tissue import Tissue

_CORTEX = 3.0  # mm
_DEEPEST = 19.0  # mm below the surface that a sulcus reaches


@dataclass(frozen=True, slots=True)
class Node:
    """A point on the axis of a lateral ventricle: mm beside, behind and above the middle, and how wide it is."""

    x: float
    y: float
    z: float
    radius: float


_FRONT, _KNEE, _BODY, _BACK = Node(12, -35, 4, 2.6), Node(7, -22, 12, 5), Node(8.5, -2, 18, 4.6), Node(14, 20, 17, 5)
_TRIGONE, _OCCIPITAL = Node(23, 34, 8, 6.5), Node(25, 56, 3, 2.0)
_TEMPORAL, _TIP = Node(33, 18, -10, 2.2), Node(30, -4, -20, 1.8)
_HORNS = (
    (_FRONT, _KNEE), (_KNEE, _BODY), (_BODY, _BACK), (_BACK, _TRIGONE), (_TRIGONE, _OCCIPITAL), (_TRIGONE, _TEMPORAL),
    (_TEMPORAL, _TIP),
)  # fmt: skip


def draw_brain(canvas: Canvas) -> None:
    """Everything between the inner table and the middle."""
    surface = np.minimum(canvas.depth, 0.8 * canvas.height)
    below = canvas.cavity & _below_tentorium(canvas.points)
    above = canvas.cavity & ~below
    canvas.paint(canvas.cavity, Tissue.CSF)
    _cerebrum(canvas, above, surface)
    _deep_grey(canvas, above)
    _cerebellum(canvas, below, surface)
    _stem(canvas)
    _cisterns(canvas)
    _ventricles(canvas)
    _dura(canvas, surface)


def sides(points: Points) -> Points:
    """The same points with both halves of the head folded onto one."""
    return Points(np.abs(points.x), points.y, points.z, points.level)


def ventricle_size(canvas: Canvas) -> float:
    """A factor of the radii."""
    return 0.78 + 0.65 * canvas.build.atrophy


def _below_tentorium(points: Points) -> Where:
    under: Where = (points.z < tentorium(points)) & (points.y > petrous_line(points.x) - 3)
    return under


def _cerebrum(canvas: Canvas, above: Where, surface: Plane) -> None:
    build, brain = canvas.build, canvas.brain
    gap = (0.7 + 2.0 * build.atrophy) * canvas.room
    matter = above & (surface > gap)
    middle = np.abs(brain.x)
    narrowing = np.clip(1 - (surface - gap) / _DEEPEST, 0, 1)
    folds = canvas.folds.sulcus(brain)
    half = (0.45 + 1.35 * build.atrophy) * canvas.room * narrowing
    core = ellipsoid(brain, (0, -2, 4), (46, 56, 33)) < 1
    sulcus = (folds < half) & (narrowing > 0) & ~core
    cleft = middle < (0.7 + 0.9 * build.atrophy)
    whole = ellipsoid(brain, (0, 0, 4), (60, 40, 22)) < 1  # where the halves are joined
    sylvian, to_sylvian = _sylvian(canvas)
    near = np.minimum(np.where(core, 9, folds - half), np.minimum(surface - gap, np.where(whole, 9, middle)))
    near = np.where(narrowing > 0, near, np.minimum(surface - gap, np.where(whole, 9, middle)))
    canvas.paint(matter, Tissue.WHITE)
    canvas.paint(matter & ((near < _CORTEX) | (to_sylvian < _CORTEX)), Tissue.CORTEX)
    canvas.paint(matter & (sulcus | (cleft & ~whole) | sylvian), Tissue.CSF)


def _sylvian(canvas: Canvas) -> tuple[Where, Plane]:
    """The lateral fissure over the insula; also mm to it."""
    wavy = 2.2 * canvas.folds.texture(canvas.brain, 0.45)
    points = sides(canvas.brain)
    points = Points(points.x + wavy, points.y - 1.5 * wavy, points.z + wavy, points.level)
    half = (0.5 + 1.5 * canvas.build.atrophy) * canvas.room
    insula = np.abs(points.x - (40 - 0.004 * (points.y - 2) ** 2)) + 9 * _beyond(points.y, -22, 20)
    insula = insula + 9 * _beyond(points.z, -10, 14)
    slope = 0.9 * (points.z - 2 - 0.5 * points.y)
    ramus = np.abs(slope) + 9 * _beyond(points.y, -22, 26) + 9 * _beyond(points.x, 39, 90)
    stem = (
        np.abs(points.y + 22 + 0.15 * (points.x - 40)) + 9 * _beyond(points.z, -16, 4) + 9 * _beyond(points.x, 22, 90)
    )
    away: Plane = np.minimum(np.minimum(insula, ramus), stem) - half
    return away < 0, np.maximum(away, 0)


def _beyond(value: Plane, low: float, high: float) -> Plane:
    outside: Plane = np.maximum(np.maximum(low - value, value - high), 0)
    return outside


def _deep_grey(canvas: Canvas, above: Where) -> None:
    points = sides(canvas.brain)
    turned = Points(points.x + 0.30 * (points.y + 3), points.y, points.z, points.level)
    nuclei = (
        (ellipsoid(points, (13, -19, 9), (6, 11, 11)), Tissue.DEEP_GREY),  # head of the caudate
        (ellipsoid(turned, (27, -4, 2), (5.5, 16, 11)), Tissue.DEEP_GREY),  # lentiform
        (ellipsoid(points, (10.5, 9, 6), (8, 13, 9)), Tissue.DEEP_GREY),  # thalamus
    )
    for share, tissue in nuclei:
        canvas.paint(above & (share < 1), tissue)


def _cerebellum(canvas: Canvas, below: Where, surface: Plane) -> None:
    brain = canvas.brain
    matter = below & (surface > 1.5 + 1.5 * canvas.build.atrophy) & (brain.y > petrous_line(brain.x) + 4)
    canvas.paint(matter, Tissue.CEREBELLUM)
    folia = np.abs(np.sin((brain.z + 0.35 * brain.y + 2 * canvas.folds.texture(brain, 0.5)) / 1.6)) > 0.97
    canvas.paint(matter & folia & (surface < 9 + 6 * canvas.build.atrophy), Tissue.CSF)
    white = ellipsoid(sides(brain), (21, 42, -30), (15, 15, 9)) < 1
    canvas.paint(matter & white, Tissue.WHITE)


def _stem(canvas: Canvas) -> None:
    brain = canvas.brain
    around = canvas.cavity & (ellipsoid(brain, (0, 10, -9), (17.5, 15.5, 13)) < 1)
    canvas.paint(around, Tissue.CSF)  # the ambient cistern
    midbrain = ellipsoid(brain, (0, 9, -7), (15, 14, 17))
    pons = ellipsoid(brain, (0, 13, -28), (18, 14, 15))
    medulla = ellipsoid(brain, (0, 26, -55), (9, 8, 26))
    peduncles = ellipsoid(sides(brain), (17, 25, -29), (9, 12, 7))
    for share in (midbrain, pons, medulla, peduncles):
        canvas.paint(canvas.cavity & (share < 1), Tissue.STEM)
    foramen = (canvas.points.x**2 + (canvas.points.y - 33) ** 2 < 15**2) & (canvas.points.z < -50)
    canvas.paint(foramen & (canvas.height < 0), Tissue.CSF)
    canvas.paint(foramen & (canvas.height < 0) & (medulla < 1.2), Tissue.STEM)


def _cisterns(canvas: Canvas) -> None:
    brain, wide = canvas.brain, 1 + 0.25 * canvas.build.atrophy
    star = 1 + 0.22 * np.cos(5 * np.arctan2(brain.x, -(brain.y + 9)))
    suprasellar = ellipsoid(brain, (0, -9, -13), (14, 12, 7)) < wide * star
    quadrigeminal = ellipsoid(brain, (0, 27, 0), (11 * wide, 4.5 * wide, 8)) < 1
    magna = ellipsoid(brain, (0, 60, -52), (12, 11, 11)) < wide
    angle = ellipsoid(sides(brain), (22, 10, -33), (7, 4, 6)) < 1
    for where in (suprasellar, quadrigeminal, magna, angle):
        canvas.paint(canvas.cavity & where, Tissue.CSF)


def _ventricles(canvas: Canvas) -> None:
    size, points = ventricle_size(canvas), sides(canvas.brain)
    lateral = np.minimum.reduce([_horn(points, *ends, size) for ends in _HORNS])
    third = ellipsoid(points, (0, 2, -1), (1.3 + 2.4 * canvas.build.atrophy, 15, 9))
    fourth = ellipsoid(points, (0, 29, -31), (7.5 * size, 5, 9))
    septum = points.x < 0.6
    canvas.paint(canvas.cavity & (lateral < 0) & ~septum, Tissue.VENTRICLE)
    canvas.paint(canvas.cavity & ((third < 1) | (fourth < 1)), Tissue.VENTRICLE)


def _horn(points: Points, one: Node, two: Node, size: float) -> Plane:
    """Mm outside a rod from one node to the next, flattened from above."""
    dx, dy, dz = two.x - one.x, two.y - one.y, two.z - one.z
    x, y, z = points.x - one.x, points.y - one.y, points.z - one.z
    along = np.clip((x * dx + y * dy + z * dz) / (dx**2 + dy**2 + dz**2), 0, 1)
    apart = np.sqrt((x - along * dx) ** 2 + (y - along * dy) ** 2 + (z - along * dz) ** 2)
    out: Plane = apart - size * (one.radius + along * (two.radius - one.radius))
    return out


def _dura(canvas: Canvas, surface: Plane) -> None:
    points, brain, depth = canvas.points, canvas.brain, canvas.depth
    behind = np.clip((points.y + 80) / 160, 0, 1)
    clear = ellipsoid(brain, (0, 0, 2), (99, 46, 27)) > 1
    falx = (np.abs(brain.x) < 0.65) & (depth < 22 + 26 * behind) & clear & (points.z > tentorium(points))
    canvas.paint(canvas.cavity & falx & (points.y + points.z > -75), Tissue.DURA)
    sheet = (np.abs(points.z - tentorium(points)) < 0.9) & (in_notch(points) > 1)
    canvas.paint(canvas.cavity & sheet & (points.y > petrous_line(points.x)), Tissue.DURA)
    sinus = (np.abs(points.x) + 0.9 * depth < 5) & (points.z > tentorium(points)) & (points.y > -60)
    lateral = (np.abs(points.z - tentorium(points)) + depth < 5) & (points.y > 40)
    canvas.paint(canvas.cavity & (sinus | lateral) & (surface < 6), Tissue.DURA)
