"""Equal pixels have one hash; anything else has another."""

import numpy as np

from fiducial.scans.hashes import pixel_hash

PIXELS = np.arange(6, dtype=np.uint16).reshape(1, 2, 3)


def test_byte_order_and_memory_layout_do_not_count() -> None:
    assert pixel_hash(PIXELS) == pixel_hash(PIXELS.astype(">u2")) == pixel_hash(np.asfortranarray(PIXELS))


def test_shape_counts() -> None:
    assert pixel_hash(PIXELS) != pixel_hash(PIXELS.reshape(1, 3, 2))


def test_type_counts() -> None:
    assert pixel_hash(np.zeros((1, 1, 2), np.uint8)) != pixel_hash(np.zeros((1, 1, 1), np.uint16))


def test_one_pixel_counts() -> None:
    other = PIXELS.copy()
    other[0, 0, 0] += 1
    assert pixel_hash(PIXELS) != pixel_hash(other)
