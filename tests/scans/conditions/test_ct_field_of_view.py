"""Outside a circle there is air; inside nothing changes."""

import numpy as np

from fiducial.scans.conditions.ct_field_of_view import SmallerField
from fiducial.scans.physical import physical
from scans.conditions.making import distances, scan_of


def test_a_circle_is_kept_and_the_rest_is_air() -> None:
    found = physical(SmallerField(0.3, 0.0, 0.0).apply(scan_of(np.where(np.eye(100) > 0, -1024.0, 50.0))))[0]
    inside = distances(100) < 34.9
    assert (found[inside & (np.eye(100) == 0)] == 50).all()
    assert (found[distances(100) > 35.1] == -1000).all()


def test_where_no_value_is_hu_the_lowest_stands_for_air() -> None:
    found = physical(SmallerField(0.3, 0.0, 0.0).apply(scan_of(np.full((20, 20), 7.0))))[0]
    assert (found == 7).all()
