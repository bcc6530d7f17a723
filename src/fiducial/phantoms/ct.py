"""A build, how it lay and what was scanned -> a CT volume whose place in the body is known."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from fiducial.phantoms.body import TOP, Level, draw
from fiducial.phantoms.build import Build
from fiducial.phantoms.section import Section
from fiducial.scans.volume import Volume

LOWEST, HIGHEST = -1024, 3071  # HU that 12 bits hold


class Arms(StrEnum):
    """Where the arms lie; in the picture they are apart from the trunk."""

    AWAY = "away"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Lying:
    """How the patient lay this time, and what was given."""

    contrast: float = 0.0  # 0 plain, 1 as much as is given
    breath: float = 0.0  # mm by which diaphragm and upper organs lie higher
    left: float = 0.0  # mm
    back: float = 0.0  # mm
    turned: float = 0.0  # degrees about the long axis
    prone: bool = False
    arms: Arms = Arms.AWAY
    table: float | None = 130.0  # mm behind the middle of an average body; None: no table in the picture
    metal: bool = False  # screws in two vertebrae, with their streaks
    couch: float = 0.0  # mm: z in patient space of what is the seat in the body


@dataclass(frozen=True, slots=True)
class Field:
    """What is scanned: (slices, rows, columns), their spacing in mm, and z above the seat of the first slice."""

    shape: tuple[int, int, int] = (260, 86, 86)
    spacing: tuple[float, float, float] = (2.0, 4.0, 4.0)
    above: float = 60.0
    middle: tuple[float, float] = (0.0, 0.0)  # mm: x and y of the middle of the picture


def scan(build: Build, lying: Lying, field: Field, rng: np.random.Generator, *, noise: float = 12.0) -> Volume:
    """Draw every slice; ``noise`` is its deviation in HU."""
    array = np.empty(field.shape, dtype=np.int16)
    x, y = _pixels(field)
    for number in range(field.shape[0]):
        above = field.above + number * field.spacing[0]
        image = _slice(build, lying, above, (x, y), field.spacing[2])
        image += noise * rng.standard_normal(image.shape, dtype=np.float32)
        array[number] = np.clip(np.rint(image), LOWEST, HIGHEST)
    affine = np.array(
        [
            [0, 0, field.spacing[2], float(x[0, 0])],
            [0, field.spacing[1], 0, float(y[0, 0])],
            [field.spacing[0], 0, 0, lying.couch + field.above],
            [0, 0, 0, 1],
        ]
    )
    position = "HFP" if lying.prone else "HFS"
    return Volume(array, affine, {"Modality": "CT", "PatientPosition": position})


def _pixels(field: Field) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    _, rows, columns = field.shape
    y = field.middle[1] + field.spacing[1] * (np.arange(rows, dtype=np.float32)[:, None] - (rows - 1) / 2)
    x = field.middle[0] + field.spacing[2] * (np.arange(columns, dtype=np.float32)[None, :] - (columns - 1) / 2)
    return np.broadcast_to(x, (rows, columns)), np.broadcast_to(y, (rows, columns))


def _slice(
    build: Build, lying: Lying, above: float, pixels: tuple[NDArray[np.float32], NDArray[np.float32]], pixel: float
) -> NDArray[np.float32]:
    z = above / build.stature
    level = Level(build, z, z - lying.breath / build.stature, lying.contrast)
    x, y = lying.left - pixels[0], pixels[1] - lying.back  # the body's x runs to its right
    angle = np.deg2rad(lying.turned + 180 * lying.prone)
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    section = Section(cosine * x + sine * y, cosine * y - sine * x, pixel)
    if z < TOP:
        draw(section, level)
        _arms(section, lying.arms, level)
        if lying.metal:
            _screws(section, level)
    if lying.table is not None:
        plate = np.abs(pixels[1] - lying.table * build.depth)
        wide = (np.abs(pixels[0]) < 220) & (section.image < -500)
        section.image[(plate < 6) & wide] = -550
        section.image[(plate < 1.5) & wide] = 60
    return section.image


def _arms(section: Section, arms: Arms, level: Level) -> None:
    for side in (1, -1):
        if arms is Arms.DOWN and level.z < 570:
            x = side * (level.half_width + 40)
            section.ellipse(x, 20, 36, 40, 50)
            section.ellipse(x, 20, 12, 12, 700)
        elif arms is Arms.UP and level.z > 600:
            section.ellipse(side * 120, 30, 36, 36, 50)
            section.ellipse(side * 120, 30, 12, 12, 700)


def _screws(section: Section, level: Level) -> None:
    if any(abs(level.z - height) < 4 for height in (280, 310)):
        x, y = level.bend[0], level.bend[1] + 70 * level.build.depth
        for side in (16, -16):
            patch = section.around(x + side, y, 60, 60)
            if patch is not None:
                across, along = patch.x - x - side, patch.y - y
                streaks = np.cos(6 * np.arctan2(along, across)) > 0.9
                section.image[patch.window][streaks & (patch.distance < 1)] -= 250
            section.ellipse(x + side, y, 4, 22, HIGHEST)
