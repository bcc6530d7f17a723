"""Lines of one frequency."""

import numpy as np
import pytest

from fiducial.scans.conditions.xray_grid_lines import GridLines
from scans.conditions.radiographs import radiograph


def test_upright_lines_have_one_period() -> None:
    flat = np.tile(np.linspace(0, 1000, 64, dtype=np.float32)[:, None], (1, 128))
    lines = GridLines(0.1, 4.0, 0.0, 0.0).apply(radiograph(flat)).array[0] - flat
    assert np.abs(np.fft.rfft(lines[10]))[1:].argmax() + 1 == 128 / 4
    assert np.ptp(lines, axis=0).max() < 0.01


def test_the_depth_is_a_share_of_the_exposure() -> None:
    ramp = np.tile(np.linspace(0, 1000, 64, dtype=np.float32)[:, None], (1, 64))
    lines = GridLines(0.1, 4.0, 0.0, 0.0).apply(radiograph(ramp)).array[0] - ramp
    decades = np.ptp(lines[10]) / 990 * 2  # the levels leave half a percent out at either end
    assert 10**decades == pytest.approx(1.1 / 0.9, rel=0.02)
