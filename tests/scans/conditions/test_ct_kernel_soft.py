"""A point becomes a Gaussian of the width in the table."""

import numpy as np
import pytest

from fiducial.scans.conditions.ct_kernel_soft import CtKernelSoft
from scans.conditions.making import added, scan_of


def test_a_point_spreads_to_the_full_width_at_half_maximum_in_mm() -> None:
    point = np.zeros((65, 65))
    point[32, 32] = 1e6
    profile = (added(CtKernelSoft(), scan_of(point, pixel=0.25), 5)[0] + point)[32]
    assert profile.sum() > 0
    width = np.interp(0.5, (profile / profile.max())[32:52][::-1], np.arange(20)[::-1] * 0.25) * 2
    assert width == pytest.approx(4, rel=0.02)


def test_a_mean_stays() -> None:
    plane = np.random.default_rng(0).normal(0, 100, (64, 64))
    assert added(CtKernelSoft(), scan_of(plane), 3).mean() == pytest.approx(0, abs=1)
