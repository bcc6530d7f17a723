"""Rendering: the brightness of a chest where a radiographer expects it, and disease only where it was put."""

from dataclasses import replace

import numpy as np
import pytest

from fiducial.phantoms.patient import Blob, Patient
from fiducial.phantoms.radiograph import FIELD, Pose, render

SICK = Patient("PH-T-0001", 50, "M", 1.0, (Blob(-7.0, -2.0, 2.0, 2.0),), (), pattern=5)


def at(image: np.ndarray, x: float, y: float) -> float:
    """The mean of 5 x 5 pixels around a place in cm from the middle."""
    row, column = (round((value / FIELD + 0.5) * 160) for value in (y, x))
    return float(image[row - 2 : row + 3, column - 2 : column + 3].mean())


def test_an_ill_image_differs_from_its_healthy_twin_only_near_the_lesion() -> None:
    change = render(SICK, Pose()) - render(replace(SICK, opacity=()), Pose())
    across = (np.arange(160) + 0.5) / 160 * FIELD - FIELD / 2
    distance = np.hypot(across[None, :] + 7.0, across[:, None] + 2.0)
    assert change[distance > 2.0].max() == 0
    assert change[distance < 1.0].min() > 0.1


def test_lungs_are_darker_than_the_middle_and_brighter_than_open_air() -> None:
    image = render(SICK, Pose())
    assert at(image, -17.5, -16) == 0 < at(image, 7, -4) < at(image, 0, 0)


def test_the_heart_lies_on_the_viewers_right() -> None:
    image = render(SICK, Pose())
    assert at(image, 5.5, 3) > at(image, -5.5, 3) + 0.5


def test_a_patient_who_steps_aside_moves_the_image() -> None:
    step = FIELD / 160
    moved = render(replace(SICK, opacity=()), Pose(right=3 * step))
    assert np.corrcoef(moved[:, 3:].ravel(), render(SICK, Pose())[:, :-3].ravel())[0, 1] > 0.99


def test_a_deeper_breath_lowers_the_diaphragm() -> None:
    assert at(render(SICK, Pose(breath=2)), -7, 7.4) < at(render(SICK, Pose()), -7, 7.4)


@pytest.mark.parametrize("size", [64, 161])
def test_the_size_can_be_chosen(size: int) -> None:
    image = render(SICK, Pose(), size)
    assert image.shape == (size, size)
    assert 0 <= image.min() < image.max() < 8
