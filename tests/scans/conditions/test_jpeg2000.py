"""Errors of JPEG 2000 in all bits."""

import numpy as np

from scans.conditions.radiographs import change, picture, radiograph, stressed


def test_a_higher_ratio_does_more_harm() -> None:
    errors = [change("jpeg2000", radiograph(), one).std() for one in (1, 3, 5)]
    assert 0 < errors[0] < errors[1] < errors[2]


def test_a_ratio_counts_the_bits_that_are_stored() -> None:
    deep = picture().astype(np.uint16) * 16
    of_12, of_16 = (change("jpeg2000", radiograph(deep, BitsStored=bits), 3).std() for bits in ("12", "16"))
    assert of_12 > 1.02 * of_16


def test_signed_values_stay_signed() -> None:
    hounsfield = picture().astype(np.int16) * 8 - 1000
    assert np.abs(stressed("jpeg2000", radiograph(hounsfield), 1).array - hounsfield[None]).max() < 60
