"""Two scans on one grid: what both fields show, centred where the bodies are whole."""

from dataclasses import replace

import numpy as np
import pytest

from align.small import CELL, CONTRAST, FIELD, PLAIN, fixed, moving
from fiducial.align.overlay import overlay
from fiducial.errors import UnusableInput
from fiducial.phantoms.ct import Lying


def test_both_have_one_plane_and_their_own_heights() -> None:
    laid = overlay(moving(), fixed(), CELL)
    assert laid.moving.array.shape[1:] == laid.fixed.array.shape[1:] == (laid.y.size, laid.x.size)
    assert laid.moving.z[[0, -1]] == pytest.approx(moving().extent[2])
    assert laid.fixed.z[[0, -1]] == pytest.approx(fixed().extent[2])
    assert (laid.is_cut, laid.is_thin) == (False, False)


def test_the_bodies_are_laid_on_each_other() -> None:
    laid = overlay(moving(), fixed(), CELL)
    assert laid.offset == pytest.approx((CONTRAST.back, CONTRAST.left), abs=2)
    profiles = [one.tissues.body[40:80].sum(axis=(0, 1)) for one in (laid.moving, laid.fixed)]
    middles = [profile @ laid.x / profile.sum() for profile in profiles]
    assert middles == pytest.approx([0, 0], abs=3)


def test_where_a_frame_cuts_the_body_patient_space_counts() -> None:
    lying = Lying(table=None, left=12.0)
    narrow = replace(FIELD, shape=(130, 62, 30))
    laid = overlay(moving(PLAIN, narrow), fixed(lying, narrow), CELL)
    assert laid.is_cut
    assert laid.offset[1] == 0


def test_the_grid_reaches_as_far_as_the_bodies() -> None:
    laid = overlay(moving(), fixed(), CELL)
    assert laid.x.size < FIELD.shape[2]
    edge = [one.tissues.body[:, :, [0, -1]].sum() for one in (laid.moving, laid.fixed)]
    assert edge == [0, 0]


def test_fields_that_share_too_little_are_told_with_their_axis() -> None:
    narrow = replace(FIELD, shape=(130, 62, 24))
    left, right = (replace(narrow, middle=(side, 0.0)) for side in (-120.0, 120.0))
    with pytest.raises(UnusableInput, match="share 0 mm along x, at least 40 mm are needed"):
        overlay(moving(PLAIN, left), moving(PLAIN, right), CELL)


@pytest.mark.parametrize(("slices", "height"), [(1, 3), (6, 18)])
def test_a_few_slices_are_too_short(slices: int, height: int) -> None:
    short = replace(fixed(), array=fixed().array[:slices])
    with pytest.raises(UnusableInput, match=f"the fixed scan covers {height} mm along the body"):
        overlay(moving(), short, CELL)


def test_a_scan_of_air_is_no_error_here() -> None:
    air = replace(fixed(), array=np.full_like(fixed().array, -1000))
    laid = overlay(moving(), air, CELL)
    assert not laid.fixed.tissues.body.any()
