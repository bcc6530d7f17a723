"""A body from the pelvis to the crown, slice by slice: what lies at a height, painted in HU.

Heights are mm above the seat in an average adult, x to the patient's right, y to the back. Half widths, organs and
their HU are round figures; what counts is that the outline tapers, bones repeat, organs move with the breath and
vessels light up with contrast, since these are what misleads the alignment of two scans.
"""

from dataclasses import dataclass

import numpy as np

from fiducial.phantoms.build import Build
from fiducial.phantoms.section import Section

TOP = 880.0  # mm: the crown
_HEIGHTS = (-50, 0, 80, 150, 230, 330, 420, 520, 560, 600, 640, 700, 780, 860, 880)
_HALF_WIDTHS = (165, 175, 180, 165, 145, 155, 165, 185, 200, 120, 62, 75, 78, 70, 30)
_HALF_DEPTHS = (95, 110, 115, 110, 100, 105, 112, 110, 100, 80, 60, 85, 98, 80, 30)
_FAT, _MUSCLE, _BOWEL, _GAS, _LUNG, _WATER = -95.0, 48.0, 15.0, -800.0, -840.0, 10.0
_DISC, _MARROW, _CORTEX, _RIB = 90.0, 190.0, 520.0, 420.0


@dataclass(frozen=True, slots=True)
class Level:
    """One height of one patient: ``z`` in the average body, ``organs`` the same for what hangs from the diaphragm.

    ``half_width`` and ``half_depth`` of the trunk are mm; ``contrast`` is 0 (plain) to 1.
    """

    build: Build
    z: float
    organs: float
    contrast: float

    @property
    def half_width(self) -> float:
        """From the middle to the side."""
        return float(np.interp(self.z, _HEIGHTS, _HALF_WIDTHS)) * self.build.width

    @property
    def half_depth(self) -> float:
        """From the middle to the back."""
        return float(np.interp(self.z, _HEIGHTS, _HALF_DEPTHS)) * self.build.depth

    @property
    def bend(self) -> tuple[float, float]:
        """Mm in x and y by which the spine leaves the average here."""
        along = self.z / 90 + self.build.bend_at
        return self.build.aside * float(np.sin(along / 2)), self.build.hollow * float(np.sin(along))

    def profile(self, heights: tuple[float, ...], sizes: tuple[float, ...], *, hanging: bool = False) -> float:
        """The size at this height of something that is 0 beyond its ends."""
        return float(np.interp(self.organs if hanging else self.z, heights, sizes, left=0, right=0))


def draw(section: Section, level: Level) -> None:
    """Everything between the skin and the marrow, from the outside in."""
    a, b = level.half_width, level.half_depth
    trunk = section.around(0, 0, a, b)
    if trunk is not None:
        section.paint(trunk, trunk.distance < 1, _FAT)
    section.ellipse(0, 0, a - 14, b - 12, _MUSCLE)
    _belly(section, level)
    _chest(section, level)
    _upper_abdomen(section, level)
    _vessels(section, level)
    _spine(section, level)
    _cage(section, level)
    _pelvis(section, level)
    _head(section, level)


def _belly(section: Section, level: Level) -> None:
    if level.z < 170:
        section.ellipse(95, 15, 28, 24, -60)
    if 90 < level.z < 330:
        section.ellipse(0, -12, level.half_width * 0.62, level.half_depth * 0.62, _BOWEL)


def _chest(section: Section, level: Level) -> None:
    width, depth, contrast = level.build.width, level.build.depth, level.contrast
    across = level.profile((318, 345, 380, 480, 560, 585), (0, 40, 62, 66, 40, 0), hanging=True) * width
    along = level.profile((318, 345, 480, 560, 585), (0, 52, 72, 45, 0), hanging=True) * depth
    for side in (1, -0.95):
        lung = section.around(78 * width * np.sign(side), 0, across * abs(side), along) if across > 2 else None
        if lung is not None:
            inside = lung.distance < 1
            section.paint(lung, inside, _LUNG)
            branches = np.sin(lung.x / 9 + level.organs / 17) * np.sin(lung.y / 8 - level.organs / 13) > 0.82
            section.paint(lung, inside & branches, -100 + contrast * 160)
    if 470 < level.z < 650:
        section.ellipse(0, -8, 9, 9, -990)
    heart = level.profile((335, 360, 400, 440, 462), (0, 45, 55, 40, 0))
    section.ellipse(-18, -35, heart, heart * 0.85, 42 + contrast * 25)
    section.ellipse(-22, -38, heart * 0.55, heart * 0.5, 45 + contrast * 190)


def _upper_abdomen(section: Section, level: Level) -> None:
    build, contrast = level.build, level.contrast
    liver = level.profile((215, 250, 300, 340, 352), (0, 55, 85, 60, 0), hanging=True)
    section.ellipse(
        70 * build.width, build.liver - 10, liver * build.width, liver * 0.8 * build.depth, 58 + contrast * 55
    )
    spleen = level.profile((250, 270, 300, 330), (0, 32, 34, 0), hanging=True)
    section.ellipse(-98 * build.width, 30 * build.depth, spleen, spleen * 0.8, 50 + contrast * 75)
    kidney = level.profile((205, 225, 262, 290), (0, 27, 29, 0), hanging=True)
    for side in (1, -1):
        section.ellipse(side * 62 * build.width, 38 * build.depth, kidney, kidney * 1.1, 33 + contrast * 150)
    stomach = level.profile((255, 280, 310, 335), (0, 28, 32, 0), hanging=True)
    section.ellipse(-45, -45, stomach, stomach * 0.7, _WATER)
    section.ellipse(-45, -60, stomach * 0.6, stomach * 0.3, -900)
    for pocket in build.gas:
        squared = pocket.radius**2 - (level.z - pocket.z) ** 2
        if squared > 4:
            section.ellipse(pocket.x, pocket.y - 15, squared**0.5, 0.8 * squared**0.5, _GAS)
    if level.z < 75:
        section.ellipse(0, -25, 38, 34, 8 + contrast * 15)  # bladder


def _vessels(section: Section, level: Level) -> None:
    if 120 < level.z < 480:
        aorta = -10 + level.build.winding * np.sin(level.z / 60)
        section.ellipse(aorta, 28, 11, 11, 42 + level.contrast * 230)
        section.ellipse(16, 22, 11, 9, 40 + level.contrast * 110)
    if 480 <= level.z < 700:
        for side in (1, -1):
            section.ellipse(side * 26, 5, 5, 5, 42 + level.contrast * 260)


def _spine(section: Section, level: Level) -> None:
    if not 90 < level.z < 690:
        return
    step = np.interp(level.z, (100, 250, 300, 560, 600, 680), (36, 34, 28, 21, 16, 15)) * level.build.level
    phase = ((level.z + level.build.level_at) % step) / step
    radius = float(np.interp(level.z, (100, 560, 690), (25, 17, 11)))
    is_disc = phase < 0.22
    x, bent = level.bend
    at = bent + 58 * level.build.depth * float(np.interp(level.z, (560, 690), (1, 0.35)))
    section.ellipse(x, at, radius, radius * 0.8, _DISC if is_disc else _CORTEX)
    if not is_disc:
        section.ellipse(x, at, radius * 0.85, radius * 0.66, _MARROW)
    behind = level.build.depth * float(np.interp(level.z, (560, 690), (1, 0.5)))
    section.ellipse(x, bent + (58 + radius + 2) * behind, 8, 7, 30)  # canal
    if 0.4 < phase < 0.75:
        y = bent + (58 + radius + 12) * behind
        arch = section.around(x, y, radius * 1.6, radius * 1.6)
        if arch is not None:
            section.paint(arch, (np.abs(arch.x - x) < radius * 1.6) & (np.abs(arch.y - y) < 4), _RIB)


def _cage(section: Section, level: Level) -> None:
    if 260 < level.z < 570:
        wall = section.around(0, 0, level.half_width - 18, level.half_depth - 16, reach=1.04)
        if wall is not None:
            ring = (wall.distance > 0.90) & (wall.distance < 1.04)
            build = level.build
            along = level.z + build.ribs_at + build.slant * wall.y  # ribs run down to the front
            section.paint(wall, ring & (along % build.ribs < 9), _RIB)
    if 400 < level.z < 540:
        _bar(section, (0, 18 - level.half_depth), (18, 7), 330)  # breast bone
    if 560 < level.z < 590:
        for side in (80, -80):
            _bar(section, (side, -30), (60, 7), 500)  # clavicles


def _pelvis(section: Section, level: Level) -> None:
    width = level.build.width * level.build.hips
    if 40 < level.z < 165:
        wing = float(np.interp(level.z, (40, 90, 165), (0.55, 0.8, 0.92)))
        for side in (95, -95):
            x = side * width * wing
            section.ellipse(x, 35, 42 * wing, 20, 650)
            section.ellipse(x, 35, 38 * wing, 15, 230)
    if level.z < 60:
        for side in (95, -95):
            section.ellipse(side * width, 10, 24, 24, 800)
            section.ellipse(side * width, 10, 19, 19, 300)


def _head(section: Section, level: Level) -> None:
    if level.z > 690:
        a, b = level.half_width, level.half_depth
        section.ellipse(0, 0, a - 4, b - 4, 900)
        section.ellipse(0, 0, a - 11, b - 11, 36)
        if level.z < 740:
            section.ellipse(0, -b * 0.6, 18, 22, -700)


def _bar(section: Section, middle: tuple[float, float], half: tuple[float, float], value: float) -> None:
    patch = section.around(*middle, half[0], half[0])
    if patch is not None:
        inside = (np.abs(patch.x - middle[0]) < half[0]) & (np.abs(patch.y - middle[1]) < half[1])
        section.paint(patch, inside & (section.image[patch.window] > -500), value)
