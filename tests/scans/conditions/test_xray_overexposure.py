"""Saturation takes the thin parts and leaves the dense ones."""

import numpy as np

from fiducial.scans.conditions.xray_overexposure import Saturation
from scans.conditions.radiographs import radiograph, stressed


def test_thin_parts_burn_out_to_one_black() -> None:
    ramp = np.tile(np.linspace(0, 1000, 101, dtype=np.float32), (40, 1))
    burnt = stressed("xray-overexposure", radiograph(ramp), 5).array[0, 0]
    assert np.ptp(burnt[:40]) == 0  # log(7) / log(100) = 42% of the range
    assert (np.diff(burnt[45:]) > 0).all()


def test_a_dose_that_just_saturates_changes_nothing_that_is_not_open_field() -> None:
    scan = radiograph()
    assert np.abs(Saturation(1.0).apply(scan).array.astype(int) - scan.array)[scan.array > 30].max() <= 1
