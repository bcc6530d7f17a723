"""Permutation tests of what numbers tell: exact where they tell nothing, sure where they tell much."""

import numpy as np
import pytest

from fiducial.stats.permutation import sequential_p, shift_with, tell_apart


def test_groups_that_lie_apart_are_told_apart() -> None:
    rng = np.random.default_rng(0)
    group = rng.integers(0, 3, 150)
    told = tell_apart(rng.normal(size=(150, 4)) + 3 * np.eye(4)[group], group, rng, permutations=99)
    assert told.auroc > 0.9
    assert told.p == pytest.approx(0.01)


def test_more_numbers_than_rows_tell_nothing_of_noise() -> None:
    rng = np.random.default_rng(1)
    told = tell_apart(rng.normal(size=(60, 300)), np.arange(60) % 2, rng, permutations=99)
    assert told.p > 0.05


def test_noise_is_called_a_signal_no_more_often_than_it_should() -> None:
    p_values = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        p_values.append(tell_apart(rng.normal(size=(50, 5)), rng.integers(0, 2, 50), rng, permutations=99).p)
    assert np.mean(np.array(p_values) <= 0.1) <= 0.2


def test_values_that_rise_with_their_group_shift_and_those_that_fall_do_not() -> None:
    rng = np.random.default_rng(2)
    group, order = np.arange(80) % 2, np.array([0.1, 0.6])
    values = rng.normal(size=80) + group
    assert shift_with(values, group, order, rng) < 0.01
    assert shift_with(-values, group, order, rng) > 0.5


def test_a_test_stops_once_it_cannot_be_significant() -> None:
    draws = iter([True] * 1000)
    assert sequential_p(draws) == 1.0
    assert len(list(draws)) == 990
    assert sequential_p([False] * 99) == pytest.approx(0.01)
