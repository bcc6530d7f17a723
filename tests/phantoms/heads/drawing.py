"""Heads for tests: one patient on one scanner, with what a test asks for."""

from datetime import date

import numpy as np

from fiducial.phantoms.heads.bleeds import Age, Bleed, Kind, draw_bleed
from fiducial.phantoms.heads.build import HeadBuild
from fiducial.phantoms.heads.examination import Examination
from fiducial.phantoms.heads.implants import Implants
from fiducial.phantoms.heads.patient import HeadPatient
from fiducial.phantoms.heads.points import HeadPose
from fiducial.phantoms.heads.scanner import HeadScanner, Kernel

SCANNER = HeadScanner("Maker", "Model", Kernel("H30", 0.45, 1.0))


def examination(
    *bleeds: Bleed,
    implants: Implants = Implants(),  # noqa: B008  (frozen)
    scanner: HeadScanner = SCANNER,
    pose: HeadPose = HeadPose(),  # noqa: B008  (frozen)
    size: int = 96,
    thickness: float = 5.0,
    dose: float = 1.0,
) -> Examination:
    patient = HeadPatient("PH-T-0001", 50, "M", HeadBuild(folds=5), bleeds, implants)
    return Examination("Testing", patient, 1, scanner, pose, thickness, dose, date(2024, 1, 2), size, seed=3)


def bleed(kind: Kind, age: Age = Age.ACUTE, seed: int = 2) -> Bleed:
    return draw_bleed(np.random.default_rng(seed), kind, age)


def fullest(one: Examination, region: str) -> int:
    """The number of the slice that shows most of a region, of every second one."""
    numbers = range(3, len(one.heights), 2)
    return numbers[int(np.argmax([one.ideal(number)[1][region].sum() for number in numbers]))]
