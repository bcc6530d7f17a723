"""Lines of text in the corners, as bright as the brightest pixel."""

import numpy as np
import pytest

from fiducial.scans.conditions.burned_in_text import BurnedInText
from scans.conditions.radiographs import change, picture, radiograph, stressed


def test_there_are_as_many_lines_as_the_severity_says() -> None:
    drawn = BurnedInText().draw(radiograph(), 5, np.random.default_rng(0))
    assert len(drawn.lines) == 16
    assert len({line.words for line in drawn.lines}) == 16


def test_text_stands_near_the_border_and_takes_the_brightest_value() -> None:
    scan = radiograph(picture(500, 400))
    written = stressed("burned-in-text", scan, 5)
    assert written.array.max() == scan.array.max()
    assert not change("burned-in-text", scan, 5)[:, 100:400].any()


@pytest.mark.parametrize("shape", [(16, 16), (16, 300), (300, 17)])
def test_text_that_does_not_fit_is_cut_off(shape: tuple[int, int]) -> None:
    assert stressed("burned-in-text", radiograph(picture(*shape)), 5).array.shape[1:] == shape
