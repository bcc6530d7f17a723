"""The HU-loss test: steps of a window's width over 255, and nothing is clipped."""

import numpy as np
import pytest

from fiducial.scans.conditions.ct_eight_bit import CtEightBit, Steps
from fiducial.scans.physical import physical
from scans.conditions.making import scan_of

RAMP = np.linspace(-1000, 2000, 6000).reshape(60, 100)


# Grey levels of windows of 80, 200 and 2800 HU in 8 bits, from the windowing of DICOM PS3.3 C.11.2.1.3.2.
@pytest.mark.parametrize(("width", "level"), [(80, 0.31), (200, 0.78), (2800, 10.98)])
def test_levels_are_as_far_apart_as_the_window_leaves_them(width: float, level: float) -> None:
    values = np.unique(physical(Steps(width / 255).apply(scan_of(RAMP))).astype(float))
    assert np.diff(values).min() == pytest.approx(level, abs=0.01)


def test_no_value_moves_by_more_than_half_a_level_and_the_range_stays() -> None:
    found = physical(Steps(11.0).apply(scan_of(RAMP)))[0]
    assert np.abs(found - RAMP).max() <= 5.51


def test_a_window_of_2800_hu_is_among_the_severities() -> None:
    assert CtEightBit.severities[3] == pytest.approx(10.98, abs=0.005)
