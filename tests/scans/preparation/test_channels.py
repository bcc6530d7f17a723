"""Channels out of one, or out of the neighbours of each slice."""

import numpy as np
import pytest

from fiducial.errors import UnusableInput
from fiducial.scans.preparation.channels import Channels
from scans.preparation.laws import head, picture_of

FOUR = picture_of(np.arange(4).reshape(4, 1, 1))  # each slice holds its number


def test_a_repeated_channel_is_seen_several_times_and_stored_once() -> None:
    picture = head()
    found = Channels(repeat=3).apply(picture).pixels
    assert found.shape == (3, 5, 90, 80)
    assert np.shares_memory(found, picture.pixels)


def test_neighbours_come_in_order_and_the_last_repeats() -> None:
    found = Channels(neighbours=1).apply(FOUR).pixels[:, :, 0, 0]
    assert found.tolist() == [[0, 0, 1, 2], [0, 1, 2, 3], [1, 2, 3, 3]]


def test_channels_of_a_neighbour_stay_together() -> None:
    windows = Channels(neighbours=1).apply(FOUR)
    assert Channels(neighbours=1).apply(windows).pixels[:, 2, 0, 0].tolist() == [0, 1, 2, 1, 2, 3, 2, 3, 3]


def test_a_single_slice_has_no_neighbours() -> None:
    with pytest.raises(UnusableInput, match="has one slice"):
        Channels(neighbours=1).apply(picture_of(np.zeros((1, 4, 4))))


def test_several_channels_are_not_repeated() -> None:
    with pytest.raises(UnusableInput, match="has 3 channels"):
        Channels(repeat=3).apply(Channels(repeat=3).apply(FOUR))
