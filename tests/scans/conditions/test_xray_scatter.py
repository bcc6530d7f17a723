"""Scatter takes contrast behind dense parts."""

import numpy as np
import pytest

from scans.conditions.radiographs import radiograph, stressed


def test_half_scatter_behind_dense_parts_halves_a_small_contrast() -> None:
    image = np.full((100, 100), 1000, dtype=np.float32)
    image[:, :30] = 0
    image[60, 70] = 1010  # a hundredth of the range: small enough to be a derivative
    shown = stressed("xray-scatter", radiograph(image), 3).array[0]
    assert shown[60, 70] - shown[60, 72] == pytest.approx(5, rel=0.2)


def test_dense_parts_keep_their_brightness() -> None:
    scan = radiograph()
    dense = scan.array > 150
    assert np.median(stressed("xray-scatter", scan, 4).array[dense]) == pytest.approx(
        np.median(scan.array[dense]), abs=8
    )
