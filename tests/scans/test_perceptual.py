"""Hashes change with a symmetry as they should, and hardly with anything else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from fiducial.scans.perceptual import (
    SYMMETRIES,
    as_symmetric,
    in_symmetries,
    miniature,
    perceptual_hashes,
    symmetric_hashes,
)
from fiducial.scans.plane import Plane


def picture(seed: int, rows: int = 96, columns: int = 80) -> Plane:
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(rows, columns)), 5)
    return np.asarray(127 + 100 * noise / np.abs(noise).max()).astype(np.uint8)


def bits(one: np.uint64, other: np.uint64) -> int:
    return int(np.bitwise_count(one ^ other))


def test_the_hash_of_a_known_picture_is_this() -> None:
    # A ramp to the right has one wave only: the first across. A golden of our own, so that stored tables stay readable.
    ramp = np.tile(np.arange(32, dtype=np.uint8) * 4, (1, 32, 1))
    assert perceptual_hashes(255 - ramp)[0] >> np.uint64(62) & np.uint64(1) == 1
    assert perceptual_hashes(ramp)[0] >> np.uint64(62) & np.uint64(1) == 0


@given(seed=st.integers(0, 10_000))
def test_noise_and_contrast_change_few_bits(seed: int) -> None:
    first = picture(seed)
    other = (first * 0.7 + 20 + np.random.default_rng(seed).normal(0, 2, first.shape)).astype(np.uint8)
    one, two = perceptual_hashes(np.stack([miniature(first), miniature(other)]))
    assert bits(one, two) <= 8


def test_different_pictures_differ_in_many_bits() -> None:
    hashes = perceptual_hashes(np.stack([miniature(picture(seed)) for seed in range(20)]))
    apart = [bits(one, other) for at, one in enumerate(hashes) for other in hashes[:at]]
    assert np.percentile(apart, 5) > 16


def test_the_eight_symmetries_are_eight() -> None:
    small = miniature(picture(1))[None]
    assert len({as_symmetric(small, which).tobytes() for which in range(len(SYMMETRIES))}) == 8


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("mirrored left to right", np.fliplr),
        ("mirrored top to bottom", np.flipud),
        ("turned by 180 degrees", lambda image: np.rot90(image, 2)),
        ("turned by 90 degrees anticlockwise", np.rot90),
        ("turned by 90 degrees clockwise", lambda image: np.rot90(image, -1)),
    ],
)
def test_the_words_say_what_is_done(words: str, change: object) -> None:
    assert callable(change)
    small = miniature(picture(2))
    which = [told for *_, told in SYMMETRIES].index(words)
    assert np.array_equal(as_symmetric(small[None], which)[0], change(small))


def test_the_hash_of_a_turned_picture_is_among_the_symmetric_ones() -> None:
    turned = perceptual_hashes(miniature(np.rot90(picture(3)))[None])[0]
    assert min(bits(one, turned) for one in symmetric_hashes(miniature(picture(3))[None])[:, 0]) <= 2


def test_each_image_takes_a_symmetry_of_its_own() -> None:
    small = np.stack([miniature(picture(seed)) for seed in (4, 5)])
    placed = in_symmetries(small, np.array([0, 3]))
    assert np.array_equal(placed[0], small[0])
    assert np.array_equal(placed[1], small[1, ::-1, ::-1])


def test_a_miniature_keeps_the_mean_of_any_proportion() -> None:
    for shape in ((7, 90), (500, 33), (32, 32), (1, 1)):
        assert miniature(np.full(shape, 77, np.uint8)).tolist() == np.full((32, 32), 77).tolist()
