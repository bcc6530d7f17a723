"""A placement of a placement is that of both, in the plane and across slices."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiducial.scans.preparation.contract import Placement

pairs = st.tuples(st.floats(0.1, 10), st.floats(0.1, 10))


@settings(max_examples=25)
@given(cut=pairs, scale=pairs, point=pairs)
def test_going_back_in_two_steps_is_going_back_at_once(
    cut: tuple[float, float], scale: tuple[float, float], point: tuple[float, float]
) -> None:
    outer = Placement((3.0, 4.0), (2.0, 0.5))
    y, x = Placement().within(cut, scale).to_source(*point)
    assert outer.within(cut, scale).to_source(*point) == pytest.approx(outer.to_source(y, x))


def test_what_moves_in_the_plane_leaves_the_slices_where_they_are() -> None:
    placed = Placement().across(2.0, 0.5).within((1.0, 1.0), (2.0, 2.0)).across(4.0, 3.0)
    assert placed.to_source_slice(2.0) == 2.0 + 0.5 * (4.0 + 3.0 * 2.0)
    assert placed.to_source(1.0, 1.0) == (3.0, 3.0)
