"""Streaks belong to the rod: they pass through it, grow with it and come from photons that are missing."""

import numpy as np
import pytest

from fiducial.scans.conditions.ct_metal import CtMetal, Rod
from fiducial.scans.physical import physical
from scans.conditions.making import disc, distances, scan_of


def streaks(diameter: float, down: float = 0.5) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    scan = scan_of(disc(), pixel=3.0)
    change: np.ndarray[tuple[int, int], np.dtype[np.float32]] = (
        physical(Rod(diameter, down, 0.5, 0).apply(scan)) - physical(scan)
    )[0]
    return change


def test_the_rod_is_metal_where_it_lies() -> None:
    change = streaks(15, down=0.25)
    assert np.unravel_index(change.argmax(), change.shape) == pytest.approx((31.5, 63.5), abs=2)
    assert change.max() > 3000


def test_a_thicker_rod_leaves_more_noise_in_the_tissue_around_it() -> None:
    around = (distances(128) > 12) & (distances(128) < 44)
    assert streaks(20)[around].std() > 3 * streaks(5)[around].std()


def test_the_rod_is_put_into_bone_of_the_body_and_not_into_the_table() -> None:
    plane = disc()
    plane[70:76, 60:66] = 400
    plane[120:123] = 900
    place = CtMetal().draw(scan_of(plane), 1, np.random.default_rng(0))
    assert 70 <= place.down * 128 <= 76
    assert 60 <= place.right * 128 <= 66


def test_rays_that_pass_much_tissue_are_starved_most() -> None:
    scan = scan_of(np.where(np.abs(np.arange(128) - 63.5)[:, None] < 12, disc(radius=60), -1000), pixel=3.0)
    change = (physical(Rod(15, 0.5, 0.5, 0).apply(scan)) - physical(scan))[0]
    long_way, short_way = change[60:68, 88:112], change[16:40, 60:68]  # equally far from the rod
    assert long_way.std() > 2 * short_way.std()
