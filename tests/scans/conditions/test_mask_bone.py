"""Nothing above the threshold is left, and soft parts stay."""

import numpy as np

from scans.conditions.radiographs import radiograph, stressed


def test_bone_becomes_what_lies_around_it() -> None:
    hounsfield = np.random.default_rng(0).normal(40, 10, (64, 64)).astype(np.int16)
    hounsfield[19:31, 19:31] = 300  # pixels that are bone in part
    hounsfield[20:30, 20:30] = 900
    masked = stressed("mask-bone", radiograph(hounsfield, Modality="CT"), 3).array[0]
    assert masked.max() < 120
    assert abs(masked[20:30, 20:30].mean() - 40) < 10
    assert 4 < masked[20:30, 20:30].std() < 16
    assert np.array_equal(masked[:15], hounsfield[:15])


def test_the_threshold_falls_with_severity() -> None:
    spongy = np.full((32, 32), 40, dtype=np.int16)
    spongy[10:14, 10:14] = 300
    left = [stressed("mask-bone", radiograph(spongy, Modality="CT"), one).array.max() for one in (3, 4)]
    assert left == [300, 40]
