"""Noise has the deviation that it says, in HU, and neighbours go together."""

import numpy as np
import pytest

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.ct_noise import CtNoise
from scans.conditions.making import added, scan_of


@pytest.mark.parametrize("severity", [1, 3, 5])
def test_the_deviation_is_the_one_in_the_table(severity: Severity) -> None:
    noise = added(CtNoise(), scan_of(np.zeros((2, 128, 128))), severity)
    assert noise.std() == pytest.approx((5, 10, 20, 40, 80)[severity - 1], rel=0.02)


def test_neighbours_in_a_slice_go_together_and_slices_do_not() -> None:
    noise = added(CtNoise(), scan_of(np.zeros((2, 128, 128))))
    assert np.corrcoef(noise[0, :, 1:].ravel(), noise[0, :, :-1].ravel())[0, 1] > 0.4
    assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 0.05
