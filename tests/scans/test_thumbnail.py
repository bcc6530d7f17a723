"""A thumbnail shows the middle slice as a reader would see it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from fiducial.scans import Scan, thumbnail


def scan(array: np.ndarray, **header: str) -> Scan:
    return Scan(array, None, header)


def test_the_longest_side_is_the_one_asked_for() -> None:
    assert thumbnail(scan(np.zeros((1, 200, 100))), 50).shape == (50, 25)


def test_nothing_is_enlarged() -> None:
    assert thumbnail(scan(np.zeros((1, 8, 8))), 50).shape == (8, 8)


def test_the_window_of_the_header_is_used_after_rescaling() -> None:
    pixels = np.array([[[0, 500, 1000, 1500]]])
    shown = thumbnail(scan(pixels, WindowCenter="0", WindowWidth="1000", RescaleSlope="1", RescaleIntercept="-1000"), 9)
    assert shown.tolist() == [[0, 0, 128, 255]]


def test_without_a_window_outliers_do_not_darken_the_image() -> None:
    pixels = np.tile(np.arange(100), (1, 100, 1))
    pixels[0, 0, 0] = 1_000_000
    assert thumbnail(scan(pixels), 200)[50, 99] == 255


def test_monochrome1_is_inverted() -> None:
    pixels = np.tile(np.arange(100), (1, 100, 1))
    assert thumbnail(scan(pixels, PhotometricInterpretation="MONOCHROME1"), 200)[50, 0] == 255


def test_the_middle_slice_is_shown() -> None:
    pixels = np.zeros((3, 4, 4))
    pixels[1, :2] = 1
    assert thumbnail(scan(pixels), 9)[:, 0].tolist() == [255, 255, 0, 0]


def test_colour_becomes_grey() -> None:
    shown = thumbnail(scan(np.full((1, 4, 4, 3), 255, np.uint8)), 9)
    assert (shown.shape, shown.max()) == ((4, 4), 255)


def test_a_path_will_do(write_dicom: Callable[..., Path]) -> None:
    assert thumbnail(write_dicom("a.dcm"), 9).shape == (4, 5)
