"""Electronic noise hits what got little exposure, and bad lines run from end to end."""

import numpy as np

from fiducial.scans.conditions.xray_detector_noise import DeadLine, WornDetector
from scans.conditions.radiographs import change, radiograph


def test_dense_parts_suffer_most() -> None:
    halves = np.repeat(np.array([0, 1000], dtype=np.float32), 40)[None, :].repeat(80, axis=0)
    noise = change("xray-detector-noise", radiograph(halves), 1)
    assert noise[..., 40:].std() > 50 * noise[..., :40].std()


def test_a_bad_line_is_one_line() -> None:
    scan = radiograph()
    spoilt = WornDetector(0.0, (DeadLine(is_column=True, at=0.5, gain=0.5),), 0).apply(scan)
    changed = np.abs(spoilt.array.astype(int) - scan.array)[0] > 2
    assert changed[:, 80].all()
    assert changed.sum() == 200
