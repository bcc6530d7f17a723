"""Both ends are cut, and scaled where asked."""

from fiducial.scans.preparation.clip import Clip
from scans.preparation.laws import picture_of

HU = [[[-1000, -100, 0, 100, 3000]]]


def test_values_beyond_the_ends_become_the_ends() -> None:
    assert Clip(low=-100, high=100).apply(picture_of(HU)).pixels.ravel().tolist() == [-100, -100, 0, 100, 100]


def test_a_scaled_clip_goes_from_zero_to_one() -> None:
    found = Clip(low=-100, high=100, scaled=True).apply(picture_of(HU)).pixels
    assert found.ravel().tolist() == [0, 0, 0.5, 1, 1]
