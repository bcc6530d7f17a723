"""Rings are concentric, and as strong in air as in bone."""

import numpy as np

from fiducial.scans.conditions.ct_ring import Rings
from fiducial.scans.physical import physical
from scans.conditions.making import distances, scan_of


def ring(background: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    scan = scan_of(np.full((129, 129), background))
    change: np.ndarray[tuple[int, int], np.dtype[np.float32]] = (
        physical(Rings(40.0, 3, 0.0, 0.0).apply(scan)) - physical(scan)
    )[0]
    return change


def test_pixels_at_one_distance_from_the_middle_change_alike() -> None:
    change = ring(0.0)
    np.testing.assert_array_equal(change, change.T)
    np.testing.assert_array_equal(change, change[::-1])
    by_distance = [change[distances(129) == radius] for radius in (5.0, 25.0, 50.0)]
    assert all(len(one) > 4 and np.ptp(one) == 0 for one in by_distance)
    assert change.std() > 1


def test_a_ring_is_as_strong_in_air_as_in_bone() -> None:
    np.testing.assert_allclose(ring(-1000.0), ring(1200.0), atol=1e-3)
