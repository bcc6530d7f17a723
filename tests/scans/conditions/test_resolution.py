"""Fine detail goes, coarse detail stays."""

import numpy as np

from scans.conditions.radiographs import change, radiograph, stressed


def test_a_checkerboard_of_single_pixels_becomes_grey() -> None:
    board = np.indices((64, 64)).sum(axis=0) % 2 * 100.0
    assert np.ptp(stressed("resolution", radiograph(board), 2).array) < 1


def test_a_slope_stays() -> None:
    slope = np.add.outer(np.arange(64.0), np.arange(48.0))
    assert np.abs(change("resolution", radiograph(slope), 3)[:, 4:-4, 4:-4]).max() < 1
