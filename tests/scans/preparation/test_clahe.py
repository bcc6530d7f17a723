"""CLAHE is scikit-image's, to the bit, on each plane; what it cannot take is refused."""

import numpy as np
import pytest
from skimage.exposure import equalize_adapthist

from fiducial.errors import UnusableInput
from fiducial.scans.preparation.clahe import Clahe
from scans.preparation.laws import grey, head, picture_of

RAMP = (np.arange(256, dtype=np.float32).reshape(1, 16, 16) / 255) ** 2


def test_a_plane_is_what_the_library_makes_of_it() -> None:
    plane = grey((2.5, 45, 40)).pixels[0, 2]
    theirs = equalize_adapthist(plane, (90 // 8, 80 // 8), clip_limit=0.02, nbins=128)
    assert np.array_equal(Clahe(clip_limit=0.02, bins=128).apply(picture_of(plane[None])).pixels[0, 0], theirs)


def test_the_backend_gives_what_it_gave_when_it_was_pinned() -> None:
    found = Clahe(tiles=2).apply(picture_of(RAMP)).pixels[0, 0]  # scikit-image 0.26.0
    assert found[[0, 5, 10, 15], [0, 5, 10, 15]].tolist() == pytest.approx([0, 0.291419, 0.409722, 1], abs=1e-6)


def test_a_flat_slice_stays_as_it_is_beside_others() -> None:
    two = picture_of(np.stack([np.full((16, 16), 0.25), RAMP[0]]))
    assert (Clahe().apply(two).pixels[0, 0] == 0.25).all()


def test_hounsfield_units_are_refused() -> None:
    with pytest.raises(UnusableInput, match="from -1000 to 1000, and the step 'clahe' needs 0 to 1"):
        Clahe().apply(head())


# Three columns would be taken for red, green and blue.
@pytest.mark.parametrize("shape", [(1, 1, 64), (1, 64, 1), (1, 64, 3), (1, 7, 64)])
def test_fewer_pixels_than_tiles_are_refused(shape: tuple[int, int, int]) -> None:
    with pytest.raises(UnusableInput, match="needs 8 a side"):
        Clahe(tiles=4).apply(picture_of(np.zeros(shape)))
