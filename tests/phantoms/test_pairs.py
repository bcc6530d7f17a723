"""Pairs with their truth: the shift that is stated is the one that was drawn; an impostor states none."""

import numpy as np
import pytest

from fiducial.phantoms.pairs import FALSE, TRUE, draw_pair


@pytest.mark.parametrize("kind", [*TRUE, *FALSE])
def test_a_true_pair_states_its_shift_and_an_impostor_none(kind: str) -> None:
    pair = draw_pair(kind, np.random.default_rng(4))
    assert pair.kind == kind
    assert (pair.shift is not None) == (kind in TRUE)


def test_the_same_seed_gives_the_same_pair() -> None:
    one, other = (draw_pair("field of the spine only", np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(one.fixed.array, other.fixed.array)
    assert one.shift == other.shift


def test_the_stated_shift_brings_bone_upon_bone() -> None:
    pair = draw_pair("field of the spine only", np.random.default_rng(4))
    assert pair.shift is not None
    apart = (pair.fixed.affine[2, 3] - pair.shift - pair.moving.affine[2, 3]) / 2.0
    first = round(apart)
    assert apart == pytest.approx(first, abs=0.5)
    one, other = pair.moving.array[first:].clip(300, 900), pair.fixed.array[: 180 - first].clip(300, 900)
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.6


def test_ranges_of_a_true_pair_lie_150_to_190_mm_apart() -> None:
    pair = draw_pair("plain and contrast", np.random.default_rng(4))
    assert pair.shift is not None
    apart = abs(pair.fixed.affine[2, 3] - pair.shift - pair.moving.affine[2, 3])
    assert 150 <= apart <= 190


def test_a_prone_scan_says_that_it_is_supine() -> None:
    pair = draw_pair("prone", np.random.default_rng(4))
    assert pair.fixed.header["PatientPosition"] == pair.moving.header["PatientPosition"] == "HFS"
