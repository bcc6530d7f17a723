"""Pixels that may bear letters are known by their header, and masked where asked."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fiducial.cohort.deidentify.burned_in import Mask, blacken, suspect
from fiducial.errors import UnusableInput
from fiducial.scans.dicom import parse

WriteDicom = Callable[..., Path]


@pytest.mark.parametrize(
    ("elements", "why"),
    [
        ({"BurnedInAnnotation": "YES"}, "BurnedInAnnotation is YES"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "Secondary Capture"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.6.1"}, "Ultrasound"),
        ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, "ImageType says SCREEN SAVE"),
    ],
)
def test_a_header_that_speaks_of_letters_is_suspect(
    write_dicom: WriteDicom, elements: dict[str, object], why: str
) -> None:
    assert why in (suspect(parse(write_dicom("a.dcm", **elements))) or "")


def test_a_plain_slice_is_not_suspect(write_dicom: WriteDicom) -> None:
    assert suspect(parse(write_dicom("a.dcm", BurnedInAnnotation="NO"))) is None


def test_borders_and_boxes_become_black_and_the_rest_stays(write_dicom: WriteDicom) -> None:
    pixels = np.arange(1, 101, dtype=np.uint16).reshape(10, 10)
    dataset = parse(write_dicom("a.dcm", pixels))
    blacken(dataset, Mask(1, ((4, 4, 6, 5),)))
    expected = np.full((10, 10), 1)
    expected[1:-1, 1:-1] = pixels[1:-1, 1:-1]
    expected[4, 4:6] = 1
    assert np.array_equal(dataset.pixel_array, expected)


def test_black_is_the_brightest_value_of_an_inverted_radiograph(write_dicom: WriteDicom) -> None:
    pixels = np.arange(100, dtype=np.uint16).reshape(10, 10)
    dataset = parse(write_dicom("a.dcm", pixels, PhotometricInterpretation="MONOCHROME1"))
    blacken(dataset, Mask(1))
    assert dataset.pixel_array[0, 0] == 99


def test_a_mask_over_everything_is_refused(write_dicom: WriteDicom) -> None:
    with pytest.raises(UnusableInput, match="covers all"):
        blacken(parse(write_dicom("a.dcm")), Mask(3))
