"""Means and deviations: given, ImageNet's, the image's own."""

from dataclasses import replace

import numpy as np
import pytest

from fiducial.errors import UnusableInput
from fiducial.scans.preparation.contract import Picture
from fiducial.scans.preparation.normalise import Normalise
from scans.preparation.laws import head, picture_of


def coloured(*values: float) -> Picture:
    return replace(picture_of([[[0]]]), pixels=np.array(values, np.float32).reshape(-1, 1, 1, 1))


# torchvision.transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]) of white.
def test_imagenet_makes_of_white_what_its_networks_expect() -> None:
    white = Normalise(of="imagenet").apply(coloured(1, 1, 1)).pixels.ravel()
    assert white.tolist() == pytest.approx([2.248908, 2.428571, 2.64], abs=1e-5)


def test_one_mean_serves_every_channel() -> None:
    assert Normalise(mean=(1,), std=(2,)).apply(coloured(1, 3)).pixels.ravel().tolist() == [0, 1]


def test_an_image_of_its_own_has_mean_zero_and_deviation_one() -> None:
    found = Normalise(of="image").apply(head((2.5, 45, 40))).pixels
    assert (found.mean(dtype=np.float64), found.std(dtype=np.float64)) == pytest.approx((0, 1), abs=1e-5)


def test_a_flat_image_has_no_spread() -> None:
    with pytest.raises(UnusableInput, match=r"is flat \(7 throughout\)"):
        Normalise(of="image").apply(picture_of(np.full((1, 4, 4), 7)))


def test_another_number_of_channels_is_refused() -> None:
    with pytest.raises(UnusableInput, match="has 1 of the 3 channels that the step 'normalise' has means for"):
        Normalise(of="imagenet").apply(head())
