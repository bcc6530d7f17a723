"""All around the brain: scalp, skull with its sinuses and sutures, the base, orbits and face, the head rest."""

import numpy as np

from fiducial.phantoms.heads.canvas import Canvas, Where
from fiducial.phantoms.heads.cranium import ellipsoid, petrous_line, wing_line
from fiducial.phantoms.heads.points import Plane, Points
from fiducial.phantoms.heads.tissue import Tissue

_TABLE = 1.7  # mm of compact bone on either side of the diploe
_SKIN = 1.8
_BASE = 5.0  # mm of bone below the floor


def draw_shell(canvas: Canvas) -> None:
    """From the outside in; the cavity is left for the brain."""
    _rest(canvas)
    _soft_parts(canvas)
    _vault(canvas)
    _base(canvas)
    _face(canvas)
    _orbits(canvas)


def _rest(canvas: Canvas) -> None:
    """A curved pad behind the head; it does not turn with it, but nobody looks so closely."""
    build, points = canvas.build, canvas.points
    out = np.hypot(points.x, 0.92 * points.y) - (build.along * 0.92 + build.skull + build.scalp + 4)
    pad = (out > 0) & (out < 16) & (points.y > 25)
    canvas.paint(pad, Tissue.REST)
    canvas.paint(pad & (np.abs(out - 8) > 6.8), Tissue.SHELL)


def _thickness(canvas: Canvas) -> Plane:
    """Mm of the vault: thin at the temples, thick at the occiput and the brow."""
    x, y, z = canvas.points.x, canvas.points.y, canvas.points.z
    temples = np.exp(-(((y + 15) / 30) ** 2) - ((z + 5) / 30) ** 2) * (np.abs(x) > 40)
    ends = np.exp(-(((np.abs(y) - 85) / 25) ** 2) - (x / 30) ** 2)
    thick: Plane = canvas.build.skull - 2.4 * temples + 2.5 * ends
    return thick


def _soft_parts(canvas: Canvas) -> None:
    build, points, depth = canvas.build, canvas.points, canvas.depth
    skull = _thickness(canvas)
    muscle = 7.5 * np.exp(-(((points.y + 18) / 30) ** 2) - ((points.z + 14) / 30) ** 2) * (np.abs(points.x) > 35)
    skin = depth + skull + build.scalp + muscle
    face = 30 * (1 - np.sqrt(ellipsoid(points, (0, -44, -62), (64, 54, 58))))
    neck = 30 * (1 - np.sqrt(ellipsoid(points, (0, 20, -95), (62, 62, 70))))
    ears = 6 * (1 - np.sqrt(ellipsoid(_mirrored(canvas), (84 * build.across / 66, 22, -24), (9, 14, 24))))
    skin = np.maximum(skin, np.where(points.z < 5, np.maximum(face, neck), -9))
    skin = np.maximum(skin, ears)
    canvas.paint(skin > 0, Tissue.SKIN)
    canvas.paint((skin > _SKIN), Tissue.FAT)
    deep = (skin > build.scalp + 1) | ((muscle > 1.2) & (skin > build.scalp - 1))
    canvas.paint(deep, Tissue.MUSCLE)
    below = deep & (canvas.height < 0) & (canvas.folds.texture(points, 0.6) > 0.9)
    canvas.paint(below, Tissue.FAT)


def _mirrored(canvas: Canvas) -> Points:
    points = canvas.points
    return Points(np.abs(points.x), points.y, points.z, points.level)


def _vault(canvas: Canvas) -> None:
    points, out = canvas.points, -canvas.depth
    skull = _thickness(canvas)
    temple = np.where(points.y < wing_line(points.x) + 2, -9.0, np.where(points.y < 20, -46.0, -58.0))
    lowest = np.where(points.y < -66, -21.0, temple)  # the temporal fossa is open to the side
    wall = (out >= 0) & (out < skull) & ((points.z > lowest) | (canvas.height > -4))
    canvas.paint(wall, Tissue.DIPLOE)
    canvas.paint(wall & ((out < _TABLE) | (out > skull - _TABLE) | (skull < 2.7 * _TABLE)), Tissue.TABLE)
    wavy = 1.5 * canvas.folds.texture(points, 1.3)
    coronal = (np.abs(points.y + 28 - 0.12 * points.z + wavy) < 0.9) & (points.z > 5)
    sagittal = (np.abs(points.x + wavy) < 0.8) & (points.y > -20) & (points.z > 25)
    lambdoid = (np.abs(points.y - 72 + 0.55 * np.abs(points.x) + wavy) < 0.9) & (np.abs(points.z - 5) < 38)
    canvas.paint(wall & (coronal | sagittal | lambdoid) & (out > 0.4), Tissue.SUTURE)
    sinus = ellipsoid(points, (0, -canvas.build.along - 5, -10), (20, 7.5, 19)) < canvas.build.sinus
    septum = np.abs(points.x - 2.5 + wavy) < 1.0
    inner = (out > _TABLE) & (out < skull - _TABLE) & (points.y < 0)
    if canvas.build.sinus:
        canvas.paint(wall & inner & sinus & ~septum, Tissue.SINUS)


def _base(canvas: Canvas) -> None:
    points, below = canvas.points, -canvas.height
    x, y, z = np.abs(points.x), points.y, points.z
    under = (canvas.depth > -3) & (below >= 0)
    notch = (points.x**2 + (y - 33) ** 2) < 16**2
    slab = under & (below < _BASE) & ~(notch & (z < -45))
    canvas.paint(slab, Tissue.BASE)
    petrous = under & (np.abs(y - petrous_line(points.x)) < 13) & (x > 11) & (z > -56)
    canvas.paint(petrous, Tissue.PETROUS)
    mastoid = (x > 40) & (y > 12) & (y < 46) & (z > -58) & (z < -24) & (canvas.depth > -9) & (canvas.depth < 24)
    bone = mastoid & ((below >= 0) | (canvas.depth < 0))
    cells = canvas.folds.texture(points, 1.25) > -0.15
    canvas.paint(bone, Tissue.PETROUS)
    canvas.paint(bone & cells & (canvas.depth > -7) & (below > 2.5), Tissue.SINUS)
    canal = petrous & (np.abs(y - 12) < 2) & (np.abs(z + 33) < 3) & (x < 25)
    canvas.paint(canal, Tissue.CSF)
    sphenoid = under & (x < 15) & (y > -34) & (y < 2) & (z > -45)
    canvas.paint(sphenoid, Tissue.BASE)
    canvas.paint(sphenoid & (below > 3) & (y < -10) & (y > -32) & (np.abs(points.x - 1.5) > 0.9), Tissue.SINUS)
    crest = canvas.cavity & (x < 1.4) & (y < -58) & (z < -4) & (below > -13)
    canvas.paint(crest, Tissue.BASE)


def _face(canvas: Canvas) -> None:
    points, x, y, z = canvas.points, np.abs(canvas.points.x), canvas.points.y, canvas.points.z
    low = (canvas.height < -3) & (z < -19)
    ethmoid = low & (x < 11.5) & (y > -80) & (y < -34) & (z > -52)
    canvas.paint(ethmoid, Tissue.SINUS)
    walls = (np.abs(x - 11) < 0.9) | (x < 0.8) | ((canvas.folds.texture(points, 1.6) > 0.85) & (z > -45))
    canvas.paint(ethmoid & walls, Tissue.BASE)
    antrum = ellipsoid(_mirrored(canvas), (27, -60, -62), (15, 19, 17))
    canvas.paint(low & (antrum < 1.25), Tissue.BASE)
    canvas.paint(low & (antrum < 1), Tissue.SINUS)
    arch = low & (np.abs(canvas.depth + 4) < 2.2) & (y > -66) & (y < 0) & (np.abs(z + 46) < 5)
    canvas.paint(arch, Tissue.TABLE)


def _orbits(canvas: Canvas) -> None:
    """A cone of fat with a globe in its mouth, the optic nerve and the straight muscles."""
    points, low = _mirrored(canvas), (canvas.height < -2.5) & (canvas.points.z < -11)
    along = (points.y + 30) / -50  # 0 at the apex, 1 at the rim
    middle_x, middle_z = 13 + 20 * along, -27 - 3 * along
    radius = 4 + 15 * np.clip(along, 0, 1) ** 0.8
    out = np.hypot(points.x - middle_x, points.z - middle_z)
    cone = low & (along > 0) & (along < 1.05) & ~canvas.within(Tissue.AIR)
    canvas.paint(cone & (out < radius + 2.2), Tissue.BASE)
    canvas.paint(cone & (out < radius), Tissue.FAT)
    canvas.paint(cone & (np.abs(out - 0.75 * radius) < 1.3) & _at_the_sides(points, middle_x, middle_z), Tissue.MUSCLE)
    canvas.paint(cone & (out < 1.9), Tissue.MUSCLE)
    globe = ellipsoid(points, (32.5, -73, -30), (12, 12, 12))
    canvas.paint(globe < 1.08, Tissue.MUSCLE)
    canvas.paint(globe < 0.86, Tissue.GLOBE)
    canvas.paint(ellipsoid(points, (32.5, -81, -30), (4.5, 2.2, 4.5)) < 1, Tissue.LENS)


def _at_the_sides(points: Points, x: Plane, z: Plane) -> Where:
    across, up = np.abs(points.x - x), np.abs(points.z - z)
    sides: Where = (across < 0.45 * up) | (up < 0.45 * across)
    return sides
