"""Five ways to take an image for its negative."""

import numpy as np
import pytest

from fiducial.errors import UnusableInput
from fiducial.scans.physical import physical
from fiducial.scans.scan import Scan
from scans.conditions.radiographs import change, radiograph, stressed


@pytest.mark.parametrize("said", ["MONOCHROME1", "MONOCHROME2"])
def test_turning_over_header_and_pixels_is_the_same_image(said: str) -> None:
    scan = radiograph(PhotometricInterpretation=said)
    turned = stressed("inverted", scan, 1)
    assert np.array_equal(physical(turned), physical(scan))
    assert not np.array_equal(turned.array, scan.array)


def test_the_header_alone_leaves_the_pixels() -> None:
    scan = radiograph(PhotometricInterpretation="MONOCHROME2")
    turned = stressed("inverted", scan, 2)
    assert turned.header["PhotometricInterpretation"] == "MONOCHROME1"
    assert np.array_equal(turned.array, scan.array)
    assert change("inverted", scan, 2).std() > 50


def test_the_ranges_widen() -> None:
    scan = radiograph(radiograph().array[0].astype(np.uint16) * 16, BitsStored="12")
    used, stored, whole = (stressed("inverted", scan, kind).array for kind in (3, 4, 5))
    assert (used.min(), used.max()) == (scan.array.min(), scan.array.max())
    assert np.array_equal(stored, 4095 - scan.array)
    assert np.array_equal(whole, 65535 - scan.array)


def test_colour_is_refused_in_words() -> None:
    with pytest.raises(UnusableInput, match="colour"):
        stressed("inverted", Scan(np.zeros((1, 16, 16, 3), np.uint8), None, {}), 1)
