"""Through a window and back: 256 levels within, nothing without."""

import numpy as np
import pytest

from fiducial.scans.conditions.ct_window import CENTRE, CtWindow, Exported
from fiducial.scans.physical import physical
from scans.conditions.making import scan_of

RAMP = np.linspace(-1500, 1500, 60_000).reshape(200, 300)


@pytest.mark.parametrize(("width", "level"), [(80, 0.31), (200, 0.78), (2800, 10.98)])
def test_256_levels_are_left_between_the_ends_of_the_window(width: float, level: float) -> None:
    values = np.unique(physical(Exported(width).apply(scan_of(RAMP))))
    assert values.size == 256
    assert (values[0], values[-1]) == pytest.approx((CENTRE - width / 2, CENTRE + width / 2), abs=0.01)
    assert np.diff(values).mean() == pytest.approx(level, abs=0.005)


def test_the_severities_are_the_usual_windows_ever_narrower() -> None:
    assert CtWindow.severities == tuple(sorted(CtWindow.severities, reverse=True))
    assert {80, 400, 1500} < set(CtWindow.severities)
