"""A picture with what was found in it: in its place, the same bytes, whatever the size and the names."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fiducial.report.boxed import COLOURS, Boxed, Mark, draw_boxed, save_boxed

GREY = np.full((40, 60), 90, np.uint8)


def drawn(boxed: Boxed) -> np.ndarray:
    return np.asarray(draw_boxed(boxed))


def coloured(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return np.argwhere((picture == colour).all(axis=-1))


def test_a_box_lies_where_it_was_found() -> None:
    """60 columns are enlarged to 640, and the picture begins below one line of title."""
    growth, top = 640 / 60, 18 + 20
    places = coloured(drawn(Boxed(GREY, "s1", [Mark("spot", (30, 20, 45, 30), "")])), COLOURS[0])
    below = places[(places[:, 0] >= round(20 * growth) + top) & (places[:, 0] < 40 * growth + top)]
    assert below[:, 1].min() == round(30 * growth)
    assert below[:, 1].max() == pytest.approx(45 * growth, abs=2)
    assert below[:, 0].max() == pytest.approx(30 * growth + top, abs=2)


def test_every_finding_has_its_colour() -> None:
    picture = drawn(Boxed(GREY, "s1", [Mark("a", (1, 1, 9, 9), "a"), Mark("b", (20, 20, 29, 29), "b")]))
    assert len(coloured(picture, COLOURS[0]))
    assert len(coloured(picture, COLOURS[1]))


def test_an_outline_is_drawn_and_named() -> None:
    mask = np.zeros(GREY.shape, bool)
    mask[10:30, 10:30] = True
    assert len(coloured(drawn(Boxed(GREY, "s1", outlines={"lung": mask})), COLOURS[0])) > 300


def test_a_mask_of_nothing_draws_nothing_but_its_key() -> None:
    empty = drawn(Boxed(GREY, "s1", outlines={"lung": np.zeros(GREY.shape, bool)}))
    assert len(coloured(empty, COLOURS[0])) < 200


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 2), (900, 700)])
def test_any_size_is_drawn(shape: tuple[int, int]) -> None:
    mark = Mark("a", (0, 0, shape[1], shape[0]), "a finding with a long name 0.50")
    assert drawn(Boxed(np.zeros(shape, np.uint8), "s", [mark])).shape[2] == 3


def test_the_order_of_marks_says_nothing() -> None:
    marks = [Mark("a", (1, 1, 9, 9), "a"), Mark("b", (5, 5, 29, 29), "b")]
    assert (drawn(Boxed(GREY, "s", marks)) == drawn(Boxed(GREY, "s", marks[::-1]))).all()


def test_the_same_picture_is_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        save_boxed(Boxed(GREY, "s1 ä 漢", lines=["why"]), tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as image:
        assert image.size[0] == 640
