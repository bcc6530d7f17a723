"""Rows, columns, the shape of pixels and what lies around them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fiducial.scans.preparation.resize import Resize
from scans.preparation.laws import head, picture_of


@settings(max_examples=25)
@given(sides=st.tuples(st.integers(1, 50), st.integers(1, 50)), aspect=st.booleans())
def test_any_picture_gets_the_sides_that_are_asked(sides: tuple[int, int], *, aspect: bool) -> None:
    rows, columns = sides
    found = Resize(rows=rows, columns=columns, keep_aspect=aspect).apply(picture_of(np.zeros((2, 1, 9))))
    assert found.pixels.shape == (1, 2, rows, columns)


def test_a_plane_is_what_pillow_makes_of_it() -> None:
    plane = head((2.5, 45, 40)).pixels[0, 2]
    theirs = np.asarray(Image.fromarray(plane).resize((41, 33), Image.Resampling.LANCZOS))
    found = Resize(rows=33, columns=41, method="lanczos").apply(picture_of(plane[None])).pixels
    assert np.array_equal(found[0, 0], theirs)


def test_spacing_follows_the_sides() -> None:
    assert Resize(rows=45, columns=160).apply(head()).spacing == (4, 4, 1)


def test_the_aspect_is_kept_and_the_rest_padded() -> None:
    wide = Resize(rows=8, columns=8, keep_aspect=True, padding=-1000).apply(picture_of(np.ones((1, 4, 8))))
    assert wide.pixels[0, 0, :, 3].tolist() == [-1000, -1000, 1, 1, 1, 1, -1000, -1000]
    assert wide.placement.to_source(2, 0) == (0, 0)


def test_padding_without_an_aspect_to_keep_is_refused() -> None:
    with pytest.raises(ValueError, match="only of use with keep_aspect"):
        Resize(rows=8, columns=8, padding=3)
