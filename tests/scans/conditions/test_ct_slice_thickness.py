"""Slabs have the thickness of the table; what has no neighbours, or is thick already, is refused in words."""

from dataclasses import replace

import numpy as np
import pytest

from fiducial.errors import UnusableInput
from fiducial.scans.conditions.ct_slice_thickness import CtSliceThickness, slab
from scans.conditions.making import added, scan_of


@pytest.mark.parametrize(("slices", "shares"), [(1, [1]), (2, [0.25, 0.5, 0.25]), (3, [1 / 3] * 3), (5, [0.2] * 5)])
def test_a_slab_holds_its_share_of_each_slice(slices: float, shares: list[float]) -> None:
    assert slab(slices) == pytest.approx(shares)


def test_a_thing_in_one_slice_fades_into_the_slab() -> None:
    thing = np.zeros((15, 16, 16))
    thing[7] = 500
    found = added(CtSliceThickness(), scan_of(thing), 3)[:, 0, 0] + thing[:, 0, 0]
    assert found == pytest.approx([0] * 5 + [100] * 5 + [0] * 5, abs=1e-3)


@pytest.mark.parametrize(
    ("slices", "apart", "why"),
    [(1, 1.0, "single slice"), (5, 5.0, "5 mm apart"), (5, float("nan"), "no distance between its slices")],
)
def test_what_cannot_become_thicker_is_refused_in_words(slices: int, apart: float, why: str) -> None:
    scan = replace(scan_of(np.zeros((slices, 16, 16))), spacing=(apart, 1.0, 1.0))
    with pytest.raises(UnusableInput, match=why):
        added(CtSliceThickness(), scan, 1)
