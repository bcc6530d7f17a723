"""Laws of the rules that fuse masks, and what STAPLE is known to do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fiducial.predictions.fusion.mask_rules import MajorityMask, MaskFuser, MeanMask, Staple, Voxels

RULES: tuple[MaskFuser, ...] = (MeanMask(), MajorityMask(), Staple())
MASKS = st.lists(
    arrays(np.float32, (2, 4, 4), elements=st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0])), min_size=1, max_size=4
)


def square(top: int, left: int, side: int = 6) -> Voxels:
    mask = np.zeros((1, 24, 24), dtype=np.float32)
    mask[0, top : top + side, left : left + side] = 1
    return mask


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@given(masks=MASKS, seed=st.integers(0, 100))
def test_probabilities_stay_in_0_to_1_and_no_order_of_models_matters(
    rule: MaskFuser, masks: list[Voxels], seed: int
) -> None:
    weights = [1.0 + number for number in range(len(masks))]
    order = np.random.default_rng(seed).permutation(len(masks)).tolist()
    found = rule.fuse(masks, weights).probability
    again = rule.fuse([masks[one] for one in order], [weights[one] for one in order]).probability
    assert found.min() >= 0
    assert found.max() <= 1
    np.testing.assert_allclose(found, again, atol=1e-5)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_models_that_agree_change_nothing(rule: MaskFuser, count: int) -> None:
    mask = square(3, 3)
    np.testing.assert_array_equal(rule.fuse([mask] * count, [1.0] * count).probability, mask)


@pytest.mark.parametrize("mask", [np.zeros((1, 4, 4)), np.ones((1, 4, 4))], ids=["empty", "full"])
def test_staple_has_nothing_to_estimate_where_all_are_empty_or_full(mask: Voxels) -> None:
    found = Staple().fuse([mask, mask], [1.0, 1.0])
    np.testing.assert_array_equal(found.probability, mask)
    assert found.sensitivity == ()


def test_staple_finds_the_model_that_looked_elsewhere() -> None:
    """Warfield 2004: what most agree on is the truth, and whoever marks none of it has a sensitivity of 0."""
    found = Staple().fuse([square(3, 3), square(3, 3), square(14, 14)], [1.0, 1.0, 1.0])
    np.testing.assert_allclose(found.probability, square(3, 3), atol=1e-6)
    assert found.sensitivity == pytest.approx((1, 1, 0), abs=1e-6)
    assert found.specificity == pytest.approx((1, 1, 1 - 36 / (24 * 24 - 36)), abs=1e-6)


def test_staple_satisfies_its_own_equations() -> None:
    """The expectation and maximisation of Warfield 2004, equations 14, 18 and 19, written out: a fixed point."""
    masks = [square(3, 3), square(4, 3), square(3, 4, 8), square(5, 5)]
    found = Staple().fuse(masks, [1.0] * 4)
    votes, weight = np.stack(masks).reshape(4, -1), found.probability.ravel().astype(float)
    np.testing.assert_allclose(found.sensitivity, votes @ weight / weight.sum(), atol=1e-4)
    np.testing.assert_allclose(found.specificity, (1 - votes) @ (1 - weight) / (1 - weight).sum(), atol=1e-4)


def test_half_of_the_weight_is_no_majority() -> None:
    one, other = square(3, 3), square(14, 14)
    assert MajorityMask().fuse([one, other], [1.0, 1.0]).probability.sum() == 0
    np.testing.assert_array_equal(MajorityMask().fuse([one, other], [1.0, 3.0]).probability, other)


def test_the_mean_is_weighted() -> None:
    found = MeanMask().fuse([square(3, 3), square(14, 14)], [1.0, 3.0]).probability
    assert found[0, 4, 4] == pytest.approx(0.25)
    assert found[0, 15, 15] == pytest.approx(0.75)
