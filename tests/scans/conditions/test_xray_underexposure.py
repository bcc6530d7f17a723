"""Noise as the photons that are missing leave it."""

from dataclasses import replace

import numpy as np
import pytest

from scans.conditions.radiographs import change, radiograph


def steps() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Three flat fields: open, half as dense, dense."""
    return np.repeat(np.array([0, 500, 1000], dtype=np.float32), 60)[None, :].repeat(120, axis=0)


def test_noise_grows_with_the_root_of_what_the_dose_is_divided_by() -> None:
    mild, worst = (change("xray-underexposure", radiograph(steps()), one).std() for one in (1, 5))
    assert worst / mild == pytest.approx(np.sqrt(99), rel=0.05)


def test_two_decades_less_exposure_have_ten_times_the_noise() -> None:
    noise = change("xray-underexposure", radiograph(steps()), 5)
    assert noise[..., 120:].std() / noise[..., :60].std() > 9
    assert abs(noise.mean()) < 1


def test_small_pixels_count_fewer_photons() -> None:
    scan = radiograph(steps())
    fine = replace(scan, spacing=(1.0, 0.1, 0.1))
    assert 8 < change("xray-underexposure", fine, 3).std() / change("xray-underexposure", scan, 3).std() < 12
