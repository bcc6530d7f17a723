"""What is left after a crop, where it lay, and what cannot be cropped."""

import numpy as np
import pytest

from fiducial.errors import UnusableInput
from fiducial.scans.preparation.crop import Crop
from scans.preparation.laws import grey, head, picture_of

BODY = (slice(13, 77), slice(8, 72))  # rows and columns of the head, 32 pixels around (45, 40)


def test_a_border_is_a_share_of_each_side() -> None:
    found = Crop(to="border", border=0.1).apply(head())
    assert found.pixels.shape[-2:] == (72, 64)
    assert found.placement.offset == (9, 8)


def test_the_middle_is_cut_to_a_size() -> None:
    found = Crop(to="centre", rows=10, columns=20).apply(head())
    assert np.array_equal(found.pixels, head().pixels[:, :, 40:50, 30:50])


def test_the_body_of_a_ct_is_cut_out_whole() -> None:
    assert np.array_equal(Crop(to="ct-body").apply(head()).pixels, head().pixels[:, :, *BODY])


def test_the_cut_holds_the_body_of_every_slice() -> None:
    values = np.full((2, 60, 60), -1000.0)
    values[0, 10:30, 10:30] = values[1, 20:50, 25:40] = 40
    assert Crop(to="ct-body").apply(picture_of(values)).pixels.shape[-2:] == (40, 30)


def test_the_body_of_a_radiograph_is_cut_out_whole() -> None:
    assert Crop(to="radiograph-body").apply(grey()).pixels.shape[-2:] == (64, 64)


@pytest.mark.parametrize(("margin", "sides", "offset"), [(0.1, (76, 76), (7, 2)), (0.25, (90, 80), (0, 0))])
def test_a_margin_ends_at_the_frame(margin: float, sides: tuple[int, int], offset: tuple[int, int]) -> None:
    found = Crop(to="ct-body", margin=margin).apply(head())
    assert (found.pixels.shape[-2:], found.placement.offset) == (sides, offset)


def test_no_pixel_is_copied() -> None:
    picture = head()
    assert np.shares_memory(Crop(to="ct-body").apply(picture).pixels, picture.pixels)


@pytest.mark.parametrize(
    ("values", "why"),
    [(np.zeros((1, 40, 40)), "shows no air below -350 HU"), (np.full((1, 40, 40), -1000), "shows no body")],
)
def test_a_body_that_cannot_be_found_is_refused(values: object, why: str) -> None:
    with pytest.raises(UnusableInput, match=why):
        Crop(to="ct-body").apply(picture_of(values))  # type: ignore[arg-type]  # an array in a parametrised list


def test_a_middle_larger_than_the_picture_is_refused() -> None:
    with pytest.raises(UnusableInput, match="is 90 x 80 pixels at the step 'crop', which should leave 64 x 96"):
        Crop(to="centre", rows=64, columns=96).apply(head())


def test_settings_of_another_kind_are_refused() -> None:
    with pytest.raises(ValueError, match='to = "border" takes border beside it; got rows'):
        Crop(to="border", rows=3)
