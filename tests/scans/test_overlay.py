"""Letters at the border are found where they are; anatomy, films' rims and the middle are left alone."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from fiducial.scans.overlay import find_overlays
from fiducial.scans.plane import Plane


def body(seed: int = 0, side: int = 400) -> Plane:
    """A soft bright blob on dark ground, with grain."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    smooth = 140 * np.exp(-3 * (x**2 + y**2)) + 8 * ndimage.gaussian_filter(rng.normal(size=(side, side)), 2)
    grained: Plane = np.clip(20 + smooth + rng.normal(0, 1, (side, side)), 0, 255).astype(np.uint8)
    return grained


def written(text: str, at: tuple[int, int], size: int = 22, grey: int = 230) -> Plane:
    image = Image.fromarray(body())
    ImageDraw.Draw(image).text(at, text, fill=grey, font=ImageFont.load_default(size))
    return np.asarray(image)


@pytest.mark.parametrize(
    ("at", "place"),
    [((20, 15), "top left"), ((350, 15), "top right"), ((350, 350), "bottom right"), ((20, 180), "left")],
)
def test_a_letter_is_found_where_it_lies(at: tuple[int, int], place: str) -> None:
    [found] = find_overlays(written("R", at))
    assert found.place == place
    assert found.columns[0] * 400 == pytest.approx(at[0], abs=4)


def test_a_word_is_one_overlay() -> None:
    [found] = find_overlays(written("PORTABLE", (20, 15), 16))
    assert found.columns[1] - found.columns[0] > 0.15
    assert 0 < found.area < 0.02


def test_a_body_without_text_has_none() -> None:
    assert not any(find_overlays(body(seed)) for seed in range(10))


def test_a_letter_in_the_middle_is_not_looked_for() -> None:
    assert not find_overlays(written("R", (190, 190)))


def test_a_blurred_letter_is_no_overlay() -> None:
    assert not find_overlays(ndimage.gaussian_filter(written("R", (20, 15)), 3))


def test_the_rim_of_a_film_is_no_overlay() -> None:
    film = body()
    film[:6], film[:, -9:] = 255, 255
    assert not find_overlays(film)


@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (9, 9)])
def test_an_image_too_small_for_letters_has_none(shape: tuple[int, int]) -> None:
    assert not find_overlays(np.random.default_rng(0).integers(0, 255, shape).astype(np.uint8))
