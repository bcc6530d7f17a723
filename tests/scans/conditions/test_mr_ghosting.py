"""Two ghosts of the strength in the table lie a part of the field away, along phase encoding alone."""

import numpy as np
import pytest

from fiducial.scans.conditions.mr_ghosting import Ghosts
from fiducial.scans.physical import physical
from scans.conditions.making import scan_of


@pytest.mark.parametrize("axis", [1, 2])
def test_a_point_has_two_ghosts(axis: int) -> None:
    plane = np.zeros((40, 40))
    plane[20, 20] = 100
    found = physical(Ghosts(0.1, axis, 4.0, 0.7).apply(scan_of(plane, modality="MR")))[0]
    expected = {(10, 20), (20, 20), (30, 20)} if axis == 1 else {(20, 10), (20, 20), (20, 30)}
    assert {tuple(at) for at in np.argwhere(found > 1).tolist()} == expected
    assert sorted(found[found > 1]) == pytest.approx([10, 10, 100])


def test_ghosts_are_what_a_wave_over_the_lines_of_k_space_leaves() -> None:
    plane = np.random.default_rng(0).uniform(0, 1, (40, 32))
    wave = 1 + 2 * 0.1 * np.cos(2 * np.pi * np.arange(40) / 4.0 + 0.7)
    made = np.abs(np.fft.ifft2(np.fft.fft2(plane) * np.roll(wave, 0)[:, None]))
    found = physical(Ghosts(0.1, 1, 4.0, 0.7).apply(scan_of(plane, modality="MR")))[0]
    np.testing.assert_allclose(found, made, atol=1e-5)
