"""Curves keep order and ends, and chance picks among three shapes."""

import numpy as np
import pytest

from fiducial.scans.conditions.xray_exposure_curve import Curve
from scans.conditions.radiographs import radiograph, stressed

RAMP = np.tile(np.linspace(0, 1000, 201, dtype=np.float32), (40, 1))


@pytest.mark.parametrize("shape", ["darker", "brighter", "sigmoid"])
def test_a_curve_keeps_order_and_ends(shape: str) -> None:
    shown = Curve(shape, 2.0).apply(radiograph(RAMP)).array[0, 0]  # type: ignore[arg-type]  # parametrize knows no Literal
    assert (np.diff(shown) >= -1e-3).all()
    assert shown[[0, -1]] == pytest.approx([0, 1000], abs=25)


def test_a_sigmoid_is_as_steep_in_its_middle_as_it_says() -> None:
    shown = Curve("sigmoid", 2.0).apply(radiograph(RAMP)).array[0, 0]
    assert (shown[102] - shown[98]) / 20 == pytest.approx(2.0, rel=0.02)


def test_chance_makes_it_darker_or_brighter() -> None:
    means = [stressed("xray-exposure-curve", radiograph(RAMP), 5, seed).array.mean() for seed in range(8)]
    assert min(means) < 400
    assert max(means) > 600
