"""The cavity of the skull: how deep a point lies below the inner table, and where the floor and the tentorium are.

The distances are those along the ray from the middle, close to the true ones over the vault. Measures are round figures
of an adult, chosen so that sections look right; what counts is that the three fossae lie at three heights, that the
petrous bones part the middle one from the posterior one, and that blood has the spaces it runs into.
"""

import numpy as np

from fiducial.phantoms.heads.build import HeadBuild
from fiducial.phantoms.heads.points import Plane, Points

_SQUARE = 2.25  # the exponent of the outline: 2 is an ellipse
_NARROWS = 0.45  # below the middle the walls run almost upright


def depth_below_table(points: Points, build: HeadBuild) -> Plane:
    """Mm inside the inner table; negative in the skull and beyond."""
    x, y = points.x, points.y
    half = build.across * (1 + 0.09 * np.clip(y / build.along, -1, 1) + build.lean * np.sign(x))
    z = np.where(points.z > 0, points.z, np.float32(_NARROWS) * points.z)
    share = (np.abs(x) / half) ** _SQUARE + (np.abs(y) / build.along) ** _SQUARE + (np.abs(z) / build.above) ** _SQUARE
    share = np.maximum(share, 1e-4) ** (1 / _SQUARE)
    deep: Plane = (np.sqrt(x**2 + y**2 + z**2) * (1 / share - 1)).astype(np.float32)
    return deep


def petrous_line(x: Plane) -> Plane:
    """Y of the ridge of the petrous bone."""
    return np.float32(-4) + np.float32(0.62) * np.abs(x)


def wing_line(x: Plane) -> Plane:
    """Y of the edge of the lesser wing of the sphenoid."""
    return np.float32(-26) - np.float32(0.12) * np.abs(x)


def floor(points: Points) -> Plane:
    """Z of the floor of the cavity: anterior, middle and posterior fossa, and the ridges between them."""
    x, y = np.abs(points.x), points.y
    central = np.exp(-((x / 13) ** 4))
    front = -18 + 7 * np.exp(-(((x - 30) / 15) ** 2))
    middle = (-43 + 0.0045 * x**2) * (1 - central) - 21 * central
    clivus = -19 - 1.9 * (y + 3) - 0.12 * np.maximum(x - 8, 0) ** 2
    behind = np.maximum(-63 + 0.0065 * (x**2 + (y - 36) ** 2), clivus)
    is_front, is_behind = _step((wing_line(points.x) - y) / 4), _step((y - petrous_line(points.x)) / 4)
    level = is_front * front + is_behind * behind + (1 - is_front - is_behind) * middle
    petrous = np.where(x > 9, -24 - 1.3 * np.abs(y - petrous_line(points.x)), -99)
    wing = np.where(x < 52, -12 - 1.8 * np.abs(y - wing_line(points.x)), -99)
    lowest: Plane = np.maximum(level, np.maximum(petrous, wing)).astype(np.float32)
    return lowest


def tentorium(points: Points) -> Plane:
    """Z of the sheet over the cerebellum."""
    height: Plane = 7 - 0.44 * np.abs(points.x) - 0.30 * np.maximum(points.y - 28, 0)
    return height


def in_notch(points: Points) -> Plane:
    """Below 1 where the tentorium leaves room for the brain stem."""
    share: Plane = (points.x / 18) ** 2 + ((points.y - 10) / 25) ** 2
    return share


def ellipsoid(points: Points, middle: tuple[float, float, float], axes: tuple[float, float, float]) -> Plane:
    """Squared distance over the half axes: 1 on the rim. ``middle`` with x below 0 or above lies on that side."""
    share: Plane = (
        ((points.x - middle[0]) / axes[0]) ** 2
        + ((points.y - middle[1]) / axes[1]) ** 2
        + ((points.z - middle[2]) / axes[2]) ** 2
    )
    return share


def _step(t: Plane) -> Plane:
    s = np.clip(t + 0.5, 0, 1)
    smooth: Plane = s * s * (3 - 2 * s)
    return smooth
