"""What is kept of a read image."""

import numpy as np

from fiducial.scans.look import look


def test_the_middle_slice_is_what_is_looked_at() -> None:
    volume = np.random.default_rng(0).integers(0, 255, (3, 40, 50)).astype(np.uint8)
    assert look(volume) == look(volume[1:2]) != look(volume[:1])


def test_the_thumbnail_is_a_kilobyte_and_the_hash_fits_64_bits() -> None:
    seen = look(np.random.default_rng(0).integers(0, 4000, (1, 60, 40)).astype(np.uint16))
    assert len(seen.thumbnail) == 1024
    assert 0 <= seen.perceptual_hash < 2**64


def test_monochrome1_looks_like_monochrome2() -> None:
    picture = np.tile(np.arange(64, dtype=np.uint8), (1, 64, 1))
    assert look(63 - picture, inverted=True).perceptual_hash == look(picture).perceptual_hash
