"""Blades cover the margins and leave the middle."""

import numpy as np
import pytest

from fiducial.scans.conditions.xray_collimation import Blades
from scans.conditions.radiographs import change, radiograph, stressed


def test_the_middle_stays_and_the_margins_go() -> None:
    changed = np.abs(change("xray-collimation", radiograph(), 4))[0]
    assert not changed[80:-80, 60:-60].any()
    assert changed[:5].mean() > 4
    assert changed[:, -5:].mean() > 4


def test_a_blade_covers_its_share() -> None:
    covered = Blades((0.25, 0.0, 0.0, 0.0), 0.0, 1.0).apply(radiograph(np.tile(np.arange(100.0), (80, 1)))).array[0]
    assert (covered[:19].min(axis=1) > 90).all()
    assert np.ptp(covered[22:], axis=0).max() == pytest.approx(0, abs=1e-4)


def test_chance_makes_the_margins_black_or_white() -> None:
    corners = [stressed("xray-collimation", radiograph(), 3, seed).array[0, 0, 0] for seed in range(10)]
    assert min(corners) < 40
    assert max(corners) > 150
