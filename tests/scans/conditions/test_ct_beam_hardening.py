"""Cupping: darker in the middle than at the rim, by the HU of the table; the mean of the body is calibrated."""

import numpy as np
import pytest

from fiducial.scans.conditions.ct_beam_hardening import CtBeamHardening
from scans.conditions.making import added, disc, distances, scan_of


def test_the_middle_of_water_is_darker_than_its_rim() -> None:
    change = added(CtBeamHardening(), scan_of(disc(), pixel=3.0), 4)[0]
    inside = distances(128) < 46
    low, high = np.percentile(change[inside], [5, 95])
    assert high - low == pytest.approx(80, rel=0.15)
    assert change[60:68, 60:68].mean() < 0 < change[inside & (distances(128) > 42)].mean()
    assert change[inside].mean() == pytest.approx(0, abs=5)


def test_a_dark_band_lies_between_two_bones() -> None:
    plane = disc()
    plane[60:68, 30:40] = plane[60:68, 88:98] = 1200
    bones = added(CtBeamHardening(), scan_of(plane, pixel=3.0), 4)[0]
    assert bones[62:66, 50:78].mean() < bones[40:44, 50:78].mean() - 20


def test_a_slice_without_a_body_stays_as_it_is() -> None:
    assert not added(CtBeamHardening(), scan_of(np.full((32, 32), -1000.0)), 5).any()
