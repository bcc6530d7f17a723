"""One point of k-space, as strong as the table says; the stripes follow."""

import numpy as np
import pytest

from fiducial.scans.conditions.mr_spike import MrSpike
from scans.conditions.making import added, scan_of


def test_one_point_of_k_space_and_its_mirror_stand_out() -> None:
    change = added(MrSpike(), scan_of(np.full((64, 64), 100.0), modality="MR"), 1)[0]
    spectrum = np.abs(np.fft.fft2(change - change.mean())) / change.size
    strongest = np.sort(spectrum.ravel())[::-1]
    assert strongest[:2] == pytest.approx([2.5, 2.5], rel=0.02)  # 0.05 of 100, half to either side
    assert strongest[2] < 0.1


def test_every_slice_is_struck_elsewhere() -> None:
    change = added(MrSpike(), scan_of(np.full((2, 64, 64), 100.0), modality="MR"))
    assert np.abs(change[0] - change[1]).max() > 5
