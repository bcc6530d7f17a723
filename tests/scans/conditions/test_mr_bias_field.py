"""The field runs over the spread in the table, and is smooth."""

import numpy as np
import pytest

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.mr_bias_field import MrBiasField
from scans.conditions.making import added, scan_of


# BrainWeb, "What do you mean by 20% INU?": from 0.90 to 1.10, and from 0.80 to 1.20 at 40%.
@pytest.mark.parametrize(("severity", "low", "high"), [(1, 0.9, 1.1), (2, 0.8, 1.2)])
def test_the_field_spans_what_brainweb_calls_20_and_40_percent(severity: Severity, low: float, high: float) -> None:
    change = added(MrBiasField(), scan_of(np.ones((3, 40, 50)), modality="MR"), severity)
    assert (1 + change.min(), 1 + change.max()) == pytest.approx((low, high), abs=1e-4)
    assert np.abs(np.diff(change, axis=2)).max() < 0.05


def test_a_single_slice_has_a_field_too() -> None:
    assert np.ptp(added(MrBiasField(), scan_of(np.ones((40, 50)), modality="MR"), 1)) == pytest.approx(0.2, abs=1e-4)
