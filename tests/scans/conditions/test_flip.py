"""Five orientations, each undone by its inverse."""

import numpy as np
import pytest

from fiducial.scans.conditions.contract import Severity
from scans.conditions.radiographs import radiograph, stressed


@pytest.mark.parametrize("kind", [1, 2, 3])
def test_a_flip_twice_is_none(kind: Severity) -> None:
    scan = radiograph()
    once = stressed("flip", scan, kind)
    assert not np.array_equal(once.array, scan.array)
    assert np.array_equal(stressed("flip", once, kind).array, scan.array)


@pytest.mark.parametrize(("kind", "turns"), [(4, 1), (5, -1)])
def test_a_square_takes_an_exact_quarter_turn(kind: Severity, turns: int) -> None:
    image = np.random.default_rng(0).integers(0, 255, (40, 40)).astype(np.uint8)
    assert np.abs(stressed("flip", radiograph(image), kind).array[0].astype(int) - np.rot90(image, turns)).max() <= 1


def test_a_picture_on_its_side_fits_into_its_frame() -> None:
    image = np.full((100, 50), 200, dtype=np.uint8)
    image[50, 25] = 0
    turned = stressed("flip", radiograph(image), 4).array[0]
    assert np.flatnonzero(turned.max(axis=1) > 100)[[0, -1]] == pytest.approx([38, 62], abs=1)
