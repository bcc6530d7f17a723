"""Percentiles become 0 and 1, over all slices of a channel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiducial.errors import UnusableInput
from fiducial.scans.preparation import levels
from fiducial.scans.preparation.levels import Levels
from scans.preparation.laws import grey, picture_of

HUNDRED = np.arange(101).reshape(1, 1, 101)


def test_the_percentiles_become_zero_and_one() -> None:
    found = Levels(low=10, high=90).apply(picture_of(HUNDRED)).pixels.ravel()
    assert found[[0, 10, 50, 90, 100]].tolist() == pytest.approx([0, 0, 0.5, 1, 1])


@settings(max_examples=20)
@given(gain=st.floats(0.5, 100), offset=st.floats(-1000, 1000))
def test_gain_and_offset_of_a_detector_do_not_matter(gain: float, offset: float) -> None:
    other = picture_of(grey().pixels[0] * gain + offset)
    assert np.allclose(Levels().apply(other).pixels, Levels().apply(grey()).pixels, atol=1e-3)


def test_slices_keep_their_brightness_to_each_other() -> None:
    found = Levels(low=0, high=100).apply(picture_of([[[0, 1]], [[2, 4]]])).pixels
    assert found.ravel().tolist() == [0, 0.25, 0.5, 1]


def test_of_a_long_series_evenly_spread_slices_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "_LOOKED_AT", 4)
    found = Levels(low=0, high=100).apply(picture_of([[[0, 1]], [[9, 9]], [[9, 9]], [[2, 4]], [[9, 9]], [[9, 9]]]))
    assert found.pixels[0, :4:3].ravel().tolist() == [0, 0.25, 0.5, 1]


def test_a_flat_image_is_refused() -> None:
    with pytest.raises(UnusableInput, match="is flat"):
        Levels().apply(picture_of(np.full((1, 4, 4), 7)))
