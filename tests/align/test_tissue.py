"""The body without its table, and each tissue as numbers of its own."""

from dataclasses import replace

import numpy as np
import pytest

from align.small import CELL, FIELD, moving
from fiducial.align.grid import AIR, Upright, upright
from fiducial.align.tissue import Mask, body_mask, centroid, tissues
from fiducial.phantoms.ct import Arms, Lying


def seen(lying: Lying) -> tuple[Upright, Mask]:
    grid = upright(moving(lying), CELL)
    return grid, body_mask(grid)


def dice(one: Mask, other: Mask) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


@pytest.mark.parametrize("table", [120.0, 130.0, 150.0])
def test_the_table_is_no_body(table: float) -> None:
    _, bare = seen(Lying(table=None))
    _, lain = seen(Lying(table=table))
    assert dice(bare, lain) > 0.99


def test_lungs_and_bowel_gas_belong_to_the_body() -> None:
    grid, body = seen(Lying())
    inside = tissues(grid.array, body)
    assert inside.air[len(body) * 2 // 3 :].sum() > 1000
    assert (inside.air <= inside.body).all()


def test_arms_that_lie_apart_are_no_body() -> None:
    assert dice(seen(Lying())[1], seen(Lying(arms=Arms.DOWN))[1]) > 0.97


def test_outside_the_body_every_tissue_is_nothing() -> None:
    grid, body = seen(Lying())
    found = tissues(grid.array, body)
    for part in (found.everything, found.bone, found.air, found.body):
        assert not part[~body].any()


def test_bone_counts_from_above_contrast_to_below_metal() -> None:
    array = np.array([[[-1000, 40, 300, 420, 3000]]], dtype=np.float32)
    found = tissues(array, np.ones(array.shape, dtype=bool))
    assert found.bone.ravel().tolist() == [0, 0, 0, 100, 280]  # at most 600 HU counts
    assert found.everything.ravel().tolist() == [0, 1040, 1300, 1300, 1300]
    assert found.air.ravel().tolist() == [1, 0, 0, 0, 0]


def test_the_middle_goes_where_the_body_goes() -> None:
    y, x = centroid(*seen(Lying()))
    moved_y, moved_x = centroid(*seen(Lying(left=12.0, back=-9.0)))
    assert None not in (y, x, moved_y, moved_x)
    assert (moved_x or 0) - (x or 0) == pytest.approx(12, abs=1.5)
    assert (moved_y or 0) - (y or 0) == pytest.approx(-9, abs=1.5)


def test_no_middle_is_given_where_the_frame_cuts_the_body_off() -> None:
    narrow = replace(FIELD, shape=(60, 30, 80))
    grid = upright(moving(Lying(table=None), narrow), CELL)
    y, x = centroid(grid, body_mask(grid))
    assert y is None
    assert x is not None


def test_of_an_empty_scan_nothing_is_body() -> None:
    empty = Upright(np.full((5, 20, 20), AIR, np.float32), (3, 6, 6), (0, 0, 0))
    assert not body_mask(empty).any()
    assert centroid(empty, body_mask(empty)) == (None, None)


def test_slices_and_places_are_cut_and_moved_together() -> None:
    grid, body = seen(Lying())
    found = tissues(grid.array, body)
    part = found.between(10, 20).moved((2, -1))
    assert np.array_equal(part.bone, np.roll(found.bone[10:20], (2, -1), (1, 2)))
    assert np.array_equal(part.body, np.roll(found.body[10:20], (2, -1), (1, 2)))
    assert found.moved((0, 0)) is found


def test_a_single_coronal_layer_is_seen_from_the_front() -> None:
    grid, body = seen(Lying())
    at = grid.array.shape[1] // 2
    layer = Upright(grid.array[:, at : at + 1], grid.spacing, grid.origin)
    assert dice(body_mask(layer), body[:, at : at + 1]) > 0.95
