"""What is measured at the place found: thirds, the plane, Dice."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from align.small import CONTRAST, COUCH, FIELD, OPTIONS, fixed, found, moving
from fiducial.align.measure import Measures, _dice, _turn
from fiducial.align.pair import align_pair
from fiducial.align.tissue import Mask, Tissues

masks = arrays(bool, (3, 4, 4))


def measured() -> Measures:
    taken = found().measures
    assert taken is not None
    return taken


@given(masks, masks)
def test_dice_is_twice_the_common_part_over_both(one: Mask, other: Mask) -> None:
    common = np.count_nonzero(one & other)
    either = np.count_nonzero(one) + np.count_nonzero(other)
    assert _dice(one, other) == pytest.approx(2 * common / either if either else 0)
    assert _dice(one, other) == _dice(other, one)


@given(masks)
def test_dice_of_a_mask_with_itself_is_one_and_with_the_rest_nothing(mask: Mask) -> None:
    assert _dice(mask, mask) == (1 if mask.any() else 0)
    assert _dice(mask, ~mask) == 0


@given(st.integers(-5, 5), st.integers(-5, 5))
def test_the_turn_of_the_plane_is_found(down: int, across: int) -> None:
    picture = np.zeros((2, 40, 40), np.float32)
    picture[:, 12:22, 15:30] = np.random.default_rng(1).uniform(50, 300, (2, 10, 15))
    still = Tissues(picture, picture, picture, picture)
    assert _turn(still, still.moved((down, across))) == (-down, -across)


def test_every_third_lies_where_the_whole_lies() -> None:
    assert measured().parts == pytest.approx([COUCH] * 3, abs=1.5)


def test_a_gap_in_the_slices_moves_the_thirds_apart() -> None:
    array = np.concatenate([fixed().array[:60], fixed().array[60 + 14 :]])
    torn = align_pair(moving(), replace(fixed(), array=array), OPTIONS).measures
    assert torn is not None
    assert max(torn.parts) - min(torn.parts) == pytest.approx(14 * FIELD.spacing[0], abs=4)


def test_the_slices_that_overlap_are_told() -> None:
    first, second, count = measured().slices
    assert (first - second) * 3.0 == pytest.approx(60, abs=1.5)
    assert count * 3.0 == measured().overlap
    assert measured().overlap_share == pytest.approx(count / 130)


def test_all_tissue_together_speaks_for_the_outline_where_the_frame_cuts_the_body() -> None:
    assert measured().outline == "body"
    narrow = replace(FIELD, shape=(130, 30, 80))
    cut = align_pair(moving(field=narrow), fixed(field=narrow), OPTIONS)
    assert cut.measures is not None
    assert cut.measures.outline == "everything"
    assert cut.verdict == "verified"
    assert cut.shift is not None
    assert cut.shift == pytest.approx((8, -5, COUCH), abs=6.1)


@pytest.mark.parametrize(("shape", "by"), [((130, 62, 34), {"left": 12.0}), ((130, 30, 80), {"back": 12.0})])
def test_where_no_middle_is_known_the_plane_is_turned_into_place(
    shape: tuple[int, int, int], by: dict[str, float]
) -> None:
    narrow = replace(FIELD, shape=shape)
    lying = replace(CONTRAST, left=by.get("left", 0.0), back=by.get("back", 0.0))
    cut = align_pair(moving(field=narrow), fixed(lying, narrow), OPTIONS)
    assert cut.shift is not None
    assert cut.shift == pytest.approx((by.get("left", 0), by.get("back", 0), COUCH), abs=4)
