"""Motion keeps the mean, and a patient who has moved for good is simply somewhere else."""

import numpy as np
import pytest
from scipy import ndimage

from fiducial.scans.conditions.ct_motion import CtMotion, Sway
from fiducial.scans.physical import physical
from scans.conditions.making import added, disc, scan_of


def test_the_mean_stays() -> None:
    change = added(CtMotion(), scan_of(disc(radius=30)), 4)
    assert change.std() > 10
    assert change.mean() == pytest.approx(0, abs=1)


def test_a_constant_shift_moves_the_slice() -> None:
    smooth = scan_of(ndimage.gaussian_filter(disc(radius=30), 2))
    moved = physical(Sway(4.0, heading=0.0, start=0.0, swings=0.0, phase=0.25).apply(smooth))
    np.testing.assert_allclose(moved[0][:, 4:], physical(smooth)[0][:, :-4], atol=1)
