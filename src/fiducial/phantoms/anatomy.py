"""Simple shapes in the beam: how many cm of tissue, air or bone each ray meets.

Every function takes ``x`` of shape (1, columns) and ``y`` of shape (rows, 1) in cm (0, 0 in the middle of the chest,
x to the viewer's right, y downwards) and gives a thickness in cm that broadcasts to (rows, columns).
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Plane: TypeAlias = NDArray[np.float64]

APEX = -13.5  # cm: top of the lungs
LEVEL = 2.45  # cm from one vertebra to the next
RIB_STEP = 2.3  # cm between neighbouring ribs


def ellipsoid(x: Plane, y: Plane, axes: tuple[float, float], depth: float) -> Plane:
    """Chord through an ellipsoid around (0, 0): ``depth`` at the centre, 0 outside."""
    return depth * np.sqrt(np.maximum(1 - (x / axes[0]) ** 2 - (y / axes[1]) ** 2, 0))


def tube(distance: Plane, radius: float, wall: float) -> Plane:
    """Chord through a hollow rod at ``distance`` cm from its axis: bone has a hard wall around soft marrow."""
    squared = distance**2
    outer = np.sqrt(np.maximum(radius**2 - squared, 0))
    inner = np.sqrt(np.maximum((radius - wall) ** 2 - squared, 0))
    return 2 * (outer - inner)


def soft_step(value: Plane, width: float) -> Plane:
    """0 far below zero, 1 far above, a smooth ramp of ``width`` between."""
    t = np.clip(value / width + 0.5, 0, 1)
    return t * t * (3 - 2 * t)


def trunk(x: Plane, y: Plane, girth: float) -> Plane:
    """Neck, chest and belly, front to back, and the arms beside them."""
    half = 5.4 + (10.6 * girth - 0.4) * soft_step(y + 11.8, 9) + 0.8 * soft_step(y - 9, 12)
    depth = 11.0 + (6.5 * girth) * soft_step(y + 9, 9) + 2.0 * girth * soft_step(y - 9, 7)
    across = np.abs(x)
    chest = depth * np.sqrt(np.maximum(1 - (across / half) ** 3, 0))
    return np.maximum(chest, _arms(across, y, girth))


def _arms(across: Plane, y: Plane, girth: float) -> Plane:
    """Shoulder joint and upper arm, held a little away from the chest."""
    joint = ellipsoid(across - 14.5 * girth, y + 8.4 - 0.22 * (across - 12), (7.8, 4.8), 9.5 * girth)
    axis = across - 18.4 * girth - 0.22 * (y + 6)
    arm = ellipsoid(axis, np.zeros_like(y), (3.6 * girth, 1.0), 7.5 * girth) * np.sqrt(soft_step(y + 7, 4))
    return np.maximum(joint, arm)


def chest_wall(y: Plane, base: float) -> Plane:
    """Half width of the rib cage in cm at each height; ``base`` is the y of the diaphragm's domes."""
    t = np.clip((y - APEX) / (base + 7 - APEX), 0, 1)
    return 2.6 + 10.9 * (1 - (1 - t) ** 3.3) ** 0.58 - 0.8 * t**4


def lungs(x: Plane, y: Plane, base: float) -> Plane:
    """Both lungs down to the domes of the diaphragm, of which the patient's right one is higher."""
    across = np.abs(x)
    t = np.clip((y - APEX) / (base + 7 - APEX), 0, 1)
    inner = 2.2 + 1.2 * (1 - t) ** 8
    u = np.clip((across - inner) / np.maximum(chest_wall(y, base) - inner, 0.01), 0, 1)
    dome = base + 0.6 * np.sign(x) + 0.05 * (across - 6.0) ** 2 * np.where(across > 6, 1.6, 0.7)
    depth = 2.0 + 11.5 * np.sqrt(np.sin(np.pi * (0.06 + 0.74 * t)))
    chord = depth * np.sqrt(np.sqrt(4 * u * (1 - u)) * (0.55 + 0.45 * 4 * u * (1 - u)))
    return chord * soft_step(dome - y, 0.9) * (y > APEX)


def heart(x: Plane, y: Plane, size: float) -> Plane:
    """Heart, aortic knob, pulmonary trunk and the veins on the other side."""
    cx, cy = x - 2.4, y - 2.6
    along, athwart = 0.80 * cx + 0.60 * cy, -0.60 * cx + 0.80 * cy
    muscle = ellipsoid(along, athwart, (7.3 * size, 5.3 * size), 12.0 * size)
    knob = ellipsoid(x - 1.7, y + 6.3, (2.1, 2.0), 9.0)
    trunk_of_lung = ellipsoid(x - 2.0, y + 3.0, (2.3, 3.2), 9.0)
    veins = ellipsoid(x + 1.2, y + 2.5, (2.2, 8.5), 8.0)
    return np.maximum(np.maximum(muscle, knob), np.maximum(trunk_of_lung, veins))


def airway(x: Plane, y: Plane) -> Plane:
    """Trachea down to its fork, and the two main bronchi."""
    pipe = ellipsoid(x + 0.2, np.zeros_like(y), (0.95, 1.0), 1.9) * soft_step(-4.2 - y, 1.5)
    fork = np.abs(x + 0.2) - 0.75 * (y + 4.6)
    bronchi = ellipsoid(fork, np.zeros_like(y), (0.75, 1.0), 1.4) * (soft_step(y + 4.8, 0.8) * soft_step(-1.8 - y, 1.2))
    return np.maximum(pipe, bronchi)


def spine(x: Plane, y: Plane) -> Plane:
    """Vertebral bodies, the discs between them and the spinous processes."""
    column = ellipsoid(x, np.zeros_like(y), (1.9, 1.0), 1.0)
    disc = np.maximum(np.cos(2 * np.pi * y / LEVEL), 0) ** 6
    process = ellipsoid(x, np.mod(y, LEVEL) - LEVEL / 2, (0.4, 0.8), 0.35)
    return column * (1 - 0.35 * disc) + process


def ribs(x: Plane, y: Plane, base: float) -> Plane:
    """Posterior ribs, nearly level, and the fainter anterior ribs that run down towards the breast bone."""
    across = np.abs(x)
    cage = chest_wall(y + 0.7, base) + 0.5
    reach = across / 13.8
    behind = 3.4 * reach**2.4 - 1.5 * np.sin(np.pi * np.minimum(reach, 1)) + 0.07 * np.sign(x)
    before = -0.60 * across + 0.018 * across**2 - 0.05 * np.sign(x)
    posterior = _row_of_rods(y - behind, 0.62, RIB_STEP) * soft_step(across - 1.6, 1.0)
    anterior = _row_of_rods(y - before, 0.68, 1.15 * RIB_STEP) * (0.7 * soft_step(across - 7.0, 5.0))
    gap = cage - across
    within = soft_step(gap, 0.5) * (soft_step(y - APEX + 0.4, 1.2) * soft_step(base + 4.5 - y, 3.0))
    # A rib that turns at the side of the chest is met lengthwise.
    return (posterior + anterior) * within * (1 + 1.3 * np.maximum(1 - gap / 2.2, 0) ** 2)


def long_bones(x: Plane, y: Plane, girth: float) -> Plane:
    """Clavicles, the heads and shafts of the upper arms, and the inner borders of the shoulder blades."""
    across = np.abs(x)
    axis = -9.6 - 0.11 * across - 0.5 * np.sin(0.5 * (across - 2))
    clavicles = 1.5 * tube(y - axis, 0.75, 0.4) * (soft_step(across - 1.7, 0.6) * soft_step(14.5 - across, 1.5))
    shaft = tube(across - 18.0 * girth - 0.22 * (y + 6), 1.15, 0.45) * soft_step(y + 6.5, 2)
    head = ellipsoid(across - 16.9 * girth, y + 7.2, (2.3, 2.5), 1.3)
    edge = across - 12.6 * girth - 0.16 * (y + 4)
    blades = 0.3 * soft_step(edge, 0.5) * (soft_step(y + 9.5, 2.0) * soft_step(0.0 - y, 4.0)) * soft_step(4.5 - edge, 2)
    return clavicles + np.maximum(np.maximum(shaft, head), blades)


def breasts(x: Plane, y: Plane, size: float) -> Plane:
    """Soft tissue over the lower lungs that begins gently and ends in a curved lower edge."""
    return ellipsoid(np.abs(x) - 8.3, y - 3.2, (6.0 * size, 5.4 * size), 2.4 * size) * soft_step(y - 1.5, 7.5)


def stomach(x: Plane, y: Plane, base: float) -> Plane:
    """The air bubble under the dome on the viewer's right."""
    return ellipsoid(x - 6.3, y - base - 3.2, (2.4, 1.2), 3.0)


def _row_of_rods(offset: Plane, radius: float, step: float) -> Plane:
    return tube(np.mod(offset, step) - step / 2, radius, 0.3)
