"""A photograph of a monitor: lifted blacks, bands, and 8 bits at most."""

import numpy as np

from scans.conditions.radiographs import change, radiograph, stressed


def test_a_lit_room_lifts_the_blacks() -> None:
    scan = radiograph()
    field = np.s_[:, 2:8, 2:8]
    seen = [stressed("xray-phone", scan, 5, seed).array[field].mean() for seed in range(5)]
    assert min(seen) > scan.array[field].mean() + 5


def test_no_more_than_8_bits_are_left() -> None:
    deep = radiograph((radiograph().array[0].astype(np.uint16)) * 16, BitsStored="12")
    assert len(np.unique(stressed("xray-phone", deep, 1).array)) <= 1.2 * 256 + 1


def test_every_photograph_is_another() -> None:
    assert not np.array_equal(change("xray-phone", radiograph(), 3, 1), change("xray-phone", radiograph(), 3, 2))
