"""Energy inside regions, and how far a map depends on the weights: maps whose answer can be seen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.audit.probes.saliency import energies, similarity


def quarter(shape: tuple[int, int, int] = (1, 8, 8)) -> np.ndarray:
    mask = np.zeros(shape, dtype=bool)
    mask[:, :4, :4] = True
    return mask


def test_a_map_that_is_the_same_everywhere_has_as_much_energy_as_area() -> None:
    assert list(energies(np.ones((1, 8, 8), np.float32), {"a": quarter()})) == [("a", 0.25, 0.25)]


def test_what_speaks_against_the_finding_is_no_energy() -> None:
    heat = np.where(quarter(), 2.0, -5.0).astype(np.float32)
    assert list(energies(heat, {"a": quarter(), "b": ~quarter()})) == [("a", 1.0, 0.25), ("b", 0.0, 0.75)]


def test_where_nothing_speaks_for_the_finding_there_is_no_share() -> None:
    assert list(energies(-np.ones((1, 8, 8), np.float32), {"a": quarter()})) == []


@given(st.integers(0, 2**32 - 1))
def test_the_energies_of_parts_that_make_up_the_image_sum_to_one(seed: int) -> None:
    heat = np.random.default_rng(seed).normal(size=(2, 8, 8)).astype(np.float32)
    found = list(energies(heat, {"a": quarter((2, 8, 8)), "b": ~quarter((2, 8, 8))}))
    assert sum(energy for _, energy, _ in found) == pytest.approx(1)
    assert sum(area for *_, area in found) == pytest.approx(1)


def test_a_map_its_negative_and_its_brighter_self_are_alike() -> None:
    heat = np.random.default_rng(0).random((1, 64, 64)).astype(np.float32)
    assert similarity(heat, 3 * heat + 1) == pytest.approx(1)
    assert similarity(heat, -heat) == pytest.approx(1)


def test_two_maps_of_noise_are_not_alike() -> None:
    one, other = np.random.default_rng(0).random((2, 1, 256, 256)).astype(np.float32)
    assert similarity(one, other) == pytest.approx(0, abs=0.05)


def test_a_flat_map_is_like_nothing() -> None:
    assert similarity(np.zeros((1, 8, 8), np.float32), np.ones((1, 8, 8), np.float32)) is None
