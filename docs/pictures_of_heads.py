"""Draw the picture of ``docs/head-phantoms.md``: five kinds of bleeding at three ages, and what else is dense.

``make docs-heads``; the same picture every time.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fiducial.phantoms.heads.bleeds import Age, Bleed, Kind, draw_bleed
from fiducial.phantoms.heads.build import HeadBuild
from fiducial.phantoms.heads.examination import FRONTAL_BONE, Examination
from fiducial.phantoms.heads.implants import Implants, Speck, Thing, draw_catheter
from fiducial.phantoms.heads.patient import HeadPatient
from fiducial.phantoms.heads.points import HeadPose
from fiducial.phantoms.heads.three_hospitals import three_hospitals

PICTURE = Path(__file__).parent / "pictures" / "heads.jpg"
BRAIN, SUBDURAL, BONE = (80, 40), (200, 80), (2800, 600)  # width, level
SIZE, CROP = 256, (slice(16, 240), slice(32, 224))
SEED, VENTRICLES = 31, 15  # the number of the slice through the ventricles

Picture = NDArray[np.uint8]


def main() -> None:
    """Write the picture: a column each kind, then a row of what else is dense."""
    rows = [np.hstack(row) for row in zip(*(_column(kind) for kind in Kind), strict=True)]
    PICTURE.parent.mkdir(exist_ok=True)
    Image.fromarray(np.vstack([*rows, np.hstack(_things())])).save(PICTURE, quality=82, optimize=True)


def _column(kind: Kind) -> list[Picture]:
    """Acute in two windows with its mask, subacute, chronic."""
    bleeds = [draw_bleed(np.random.default_rng(SEED), kind, age) for age in Age]
    if kind is Kind.SUBDURAL:
        bleeds = [replace(bleed, size=9.0) for bleed in bleeds]
    acute, *older = (_examined(bleed) for bleed in bleeds)
    number = _shown(acute, kind)
    first = acute.slice(number)
    mask = np.where(first.mask(kind)[CROP], 255, 0).astype(np.uint8)
    later = [_windowed(one.slice(number).hu, BRAIN) for one in older]
    return [_windowed(first.hu, BRAIN), _windowed(first.hu, SUBDURAL), mask, *later]


def _things() -> list[Picture]:
    chalk = tuple(Speck((side * 23.0, 35.0, 8.0), 3.5, 250.0) for side in (-1, 1))
    catheter = draw_catheter(np.random.default_rng(SEED))
    everything = Implants(chalk, Speck((0.0, -20.0, -8.0), 3.5, 3071.0), catheter)
    one = _examined(implants=everything)
    shown = [_windowed(one.slice(_shown(one, thing)).hu, BRAIN) for thing in Thing]
    bone = one.slice(VENTRICLES - 4)
    return [*shown, _windowed(bone.hu, BONE), np.where(bone.mask(FRONTAL_BONE)[CROP], 255, 0).astype(np.uint8)]


def _examined(*bleeds: Bleed, implants: Implants = Implants()) -> Examination:  # noqa: B008  (frozen)
    patient = HeadPatient(
        "PH-D-0001", 62, "F", HeadBuild.draw(np.random.default_rng(SEED), age=62, sex="F"), bleeds, implants
    )
    scanner = three_hospitals(9)[1].scanner
    return Examination("Elm", patient, 1, scanner, HeadPose(nod=-3, turn=2), 5.0, 1.0, date(2024, 1, 2), SIZE, SEED)


def _shown(one: Examination, region: str) -> int:
    """Of the slices that show much of a region the one next to the ventricles."""
    areas = [float(one.ideal(number)[1][region].sum()) for number in range(len(one.heights))]
    much = [number for number, area in enumerate(areas) if area > 0.6 * max(areas)]
    return min(much, key=lambda number: abs(number - VENTRICLES))


def _windowed(hu: NDArray[np.int16], window: tuple[int, int]) -> Picture:
    width, level = window
    return (np.clip((hu[CROP] - level) / width + 0.5, 0, 1) * 255).astype(np.uint8)


if __name__ == "__main__":
    main()
