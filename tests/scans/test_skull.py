"""What lies inside the skull of a head: in single slices through the base as in a volume, and under a burr hole."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from fiducial.errors import UnusableInput
from fiducial.phantoms.heads.cranium import depth_below_table, floor
from fiducial.phantoms.heads.examination import Examination
from fiducial.phantoms.heads.implants import Catheter, Implants
from fiducial.scans.skull import inside_skull
from phantoms.heads.drawing import examination

HEAD = examination(size=192)
SHUNTED = replace(HEAD, patient=replace(HEAD.patient, implants=Implants(catheter=Catheter((48, 58, 30), (14, 14, 15)))))
PETROUS, BURR_HOLE, VENTRICLES = 7, 18, 14


def kept(one: Examination, *numbers: int) -> npt.NDArray[np.bool_]:
    values = np.stack([one.slice(number).hu for number in numbers]).astype(np.float32)
    return inside_skull(values, (one.pixel, one.pixel))


def cavity(one: Examination, number: int) -> npt.NDArray[np.bool_]:
    points = one._points(one.heights[number], 1)
    return (depth_below_table(points, one.patient.build) > 0) & (points.z > floor(points))


def share(one: Examination, number: int) -> float:
    inside = cavity(one, number)
    return float((kept(one, number)[0] & inside).sum() / inside.sum())


def test_all_three_fossae_of_one_slice_are_kept() -> None:
    assert share(HEAD, PETROUS) > 0.85  # the largest alone is half of it


def test_over_the_ventricles_nothing_is_lost_and_nothing_added() -> None:
    found, inside = kept(HEAD, VENTRICLES)[0], cavity(HEAD, VENTRICLES)
    assert (found ^ inside).sum() / inside.sum() < 0.03


@pytest.mark.parametrize("number", range(BURR_HOLE - 1, BURR_HOLE + 3))
def test_a_burr_hole_opens_no_skull(number: int) -> None:
    assert share(SHUNTED, number) > 0.9


def test_a_volume_goes_on_above_a_burr_hole() -> None:
    found = kept(SHUNTED, *range(12, 26))
    assert found.any(axis=(1, 2)).all()


def test_the_fat_of_the_orbits_is_left_out() -> None:
    numbers = range(4, 10)
    fat = np.stack([HEAD.ideal(number)[0] < -60 for number in numbers])
    assert (kept(HEAD, *numbers) & fat).sum() < 0.02 * fat.sum()


def test_muscle_below_the_base_is_no_brain() -> None:
    for number in (3, 4, 5):
        found = kept(HEAD, number)[0]
        assert (found & ~cavity(HEAD, number)).sum() * HEAD.pixel**2 < 300


def test_a_slice_above_the_head_is_refused() -> None:
    with pytest.raises(UnusableInput, match="no closed skull"):
        kept(HEAD, len(HEAD.heights) - 1)
