"""The residual: what a rigid registration would still move, told and never used to pass a gate."""

from dataclasses import replace

import pytest

from align.small import CONTRAST, COUCH, PLAIN, fixed, moving
from fiducial.align.refine import refine
from fiducial.align.resample import on_one_grid


def test_a_known_offset_is_told_and_taken_out() -> None:
    still = fixed(PLAIN)
    moved, cut = on_one_grid(moving(), still, (4.0, -3.0, COUCH + 2.0))
    residual = refine(moved, cut)
    assert residual.shift == pytest.approx((-4, 3, -2), abs=1)
    assert residual.turn == pytest.approx((0, 0, 0), abs=0.5)
    assert residual.moved.array.shape == cut.array.shape
    before, after = (abs(one.array[8:-8].astype(int) - cut.array[8:-8]).mean() for one in (moved, residual.moved))
    assert after < 0.9 * before


def test_the_residual_has_a_name_for_every_number() -> None:
    moved, cut = on_one_grid(moving(), fixed(PLAIN), (0.0, 0.0, COUCH))
    document = refine(moved, cut).document()
    assert set(document) == {f"{kind}_{axis}" for kind in ("shift_mm", "turn_degrees") for axis in "xyz"}
    assert all(abs(value) < 1 for value in document.values())


def test_a_breath_is_not_followed() -> None:
    deep = fixed(replace(CONTRAST, breath=25.0))
    residual = refine(*on_one_grid(moving(), deep, (8.0, -5.0, COUCH)))
    assert residual.shift == pytest.approx((0, 0, 0), abs=1.5)
