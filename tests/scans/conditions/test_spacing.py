"""A change in mm needs to know how large a pixel is."""

from dataclasses import replace

import numpy as np
import pytest

from fiducial.errors import UnusableInput
from fiducial.scans.conditions.spacing import pixel_size
from fiducial.scans.conditions.stress import condition
from scans.conditions.making import added, scan_of


@pytest.mark.parametrize("spacing", [None, (1.0, 0.0, 1.0), (1.0, float("nan"), 1.0)])
def test_a_scan_without_a_spacing_is_refused_in_words(spacing: tuple[float, float, float] | None) -> None:
    with pytest.raises(UnusableInput, match="pixel spacing"):
        pixel_size(replace(scan_of(np.zeros((16, 16))), spacing=spacing))


@pytest.mark.parametrize(
    "name", ["ct-beam-hardening", "ct-kernel-sharp", "ct-kernel-soft", "ct-metal", "ct-motion", "mr-motion"]
)
def test_what_is_said_in_mm_asks_for_it(name: str) -> None:
    with pytest.raises(UnusableInput, match="pixel spacing"):
        added(condition(name), replace(scan_of(np.zeros((16, 16))), spacing=None))
