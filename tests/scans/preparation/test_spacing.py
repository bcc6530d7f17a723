"""Exactly the spacing that was asked, in the plane and along z."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiducial.errors import UnusableInput
from fiducial.scans.preparation.spacing import Spacing
from scans.preparation.laws import head, picture_of


@settings(max_examples=25)
@given(mm=st.tuples(st.floats(0.5, 20), st.floats(0.5, 20), st.floats(0.5, 20)))
def test_less_than_one_new_pixel_is_lost_and_the_spacing_is_exact(mm: tuple[float, float, float]) -> None:
    found = Spacing(mm=mm).apply(head())
    assert found.spacing == mm
    covered = np.array(found.pixels.shape[1:]) * mm
    assert (covered > np.array([20, 180, 160]) - mm).all()
    assert (covered <= np.array([20, 180, 160]) * 1.0001).all()


def test_two_numbers_leave_the_slices_alone() -> None:
    found = Spacing(mm=(4, 4)).apply(head())
    assert (found.pixels.shape, found.spacing) == ((1, 5, 45, 40), (4, 4, 4))


def test_a_new_slice_is_found_among_the_old_ones() -> None:
    found = Spacing(mm=(3, 2, 2)).apply(head())  # 6 slices of 3 mm in the middle of 5 of 4 mm
    assert (found.placement.to_source_slice(0), found.placement.to_source_slice(6)) == pytest.approx((0.25, 4.75))


def test_its_own_spacing_changes_nothing() -> None:
    assert np.array_equal(Spacing(mm=(4, 2, 2)).apply(head()).pixels, head().pixels)


def test_a_spacing_a_little_finer_is_not_taken_for_the_same() -> None:
    found = Spacing(mm=(1.99, 1.99)).apply(head())
    assert found.placement.scale == (0.995, 0.995)
    assert found.placement.offset == pytest.approx((0.225, 0.2))


# Pairs of slices have the means 1 and 5; a triangle of two slices' reach gives 1.43 and 4.57.
def test_slices_are_averaged_where_they_become_fewer() -> None:
    volume = picture_of(np.array([0, 2, 4, 6]).reshape(4, 1, 1) * np.ones((1, 3, 3)), (1, 1, 1))
    assert Spacing(mm=(2, 1, 1), method="area").apply(volume).pixels[0, :, 1, 1].tolist() == pytest.approx([1, 5])


@pytest.mark.parametrize("spacing", [None, (float("nan"), 0.1, 0.1)])
def test_a_volume_without_distances_is_refused(spacing: tuple[float, float, float] | None) -> None:
    with pytest.raises(UnusableInput, match=r"has no spacing|has no distance between slices"):
        Spacing(mm=(1, 1, 1)).apply(replace(head(), spacing=spacing))


def test_a_pixel_larger_than_the_picture_is_refused() -> None:
    with pytest.raises(UnusableInput, match="90 rows of 2 mm, which make 0 of 200 mm"):
        Spacing(mm=(200, 2)).apply(head())
