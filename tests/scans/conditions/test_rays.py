"""Line integrals of a disc are its chords, and chords reconstruct the disc."""

import numpy as np
import pytest

from fiducial.scans.conditions.rays import Coarse
from scans.conditions.making import disc


def grid(most: int = 128) -> Coarse:
    return Coarse.over((128, 128), (2.0, 2.0), most=most, views=180)


@pytest.mark.parametrize("offset", [0.0, 30.0, -60.0])
def test_a_ray_through_a_disc_measures_its_chord(offset: float) -> None:
    found = grid().integrate(disc(inside=1.0, outside=0.0), np.array([0.3]), np.array([offset]))
    assert found[0] == pytest.approx(2 * np.sqrt(96**2 - offset**2), rel=0.02)


@pytest.mark.parametrize("most", [128, 64])
def test_the_rays_of_a_disc_reconstruct_it(most: int) -> None:
    coarse, plane = grid(most), disc(inside=1.0, outside=0.0)
    angle, offset = np.meshgrid(coarse.angles, coarse.offsets, indexing="ij")
    found = coarse.enlarge(coarse.reconstruct(coarse.integrate(coarse.shrink(plane), angle, offset)), plane.shape)
    assert found.shape == plane.shape
    assert found[44:84, 44:84].mean() == pytest.approx(1, abs=0.02)
    assert np.abs(found[:8, :8]).max() < 0.05
