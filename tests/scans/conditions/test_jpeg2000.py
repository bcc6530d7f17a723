"""Errors of JPEG 2000 in all bits."""

import numpy as np

from scans.conditions.radiographs import change, picture, radiograph, stressed


def test_a_higher_ratio_does_more_harm() -> None:
    errors = [change("jpeg2000", radiograph(), one).std() for one in (1, 3, 5)]
    assert 0 < errors[0] < errors[1] < errors[2]


def test_12_bits_in_16_are_as_well_kept_as_8_in_8() -> None:
    shallow, deep = picture(), picture().astype(np.uint16) * 16
    errors = [
        change("jpeg2000", radiograph(shallow), 3).std(),
        change("jpeg2000", radiograph(deep, BitsStored="12"), 3).std() / 16,
    ]
    assert errors[1] < 1.1 * errors[0]


def test_signed_values_stay_signed() -> None:
    hounsfield = picture().astype(np.int16) * 8 - 1000
    assert np.abs(stressed("jpeg2000", radiograph(hounsfield), 1).array - hounsfield[None]).max() < 60
