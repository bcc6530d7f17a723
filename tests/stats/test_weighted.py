"""Shares of weighted trials: plain where all weigh the same, and never surer than the heavy ones allow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.stats.intervals import wilson, wilson_clustered
from fiducial.stats.weighted import weighted_share

RNG = np.random.default_rng(0)
HIT = RNG.random(60) < 0.7
EACH = np.arange(60)


def test_equal_weights_give_the_plain_share_and_its_interval() -> None:
    patient = EACH // 3
    found = weighted_share(HIT, np.full(60, 0.2), patient)
    assert (found.value, found.interval) == (HIT.mean(), wilson_clustered(HIT, patient))


def test_a_missed_heavy_trial_weighs_more() -> None:
    found = weighted_share(np.array([True, True, False]), np.array([1.0, 1.0, 3.0]), np.arange(3))
    assert found.value == pytest.approx(0.4)


def test_a_trial_without_weight_counts_for_nothing() -> None:
    with_nothing = weighted_share(np.append(HIT, False), np.append(np.arange(60.0) + 1, 0.0), np.arange(61))
    without = weighted_share(HIT, np.arange(60.0) + 1, EACH)
    assert with_nothing == without


def test_where_all_are_hit_the_interval_is_that_of_kishs_number_of_trials() -> None:
    weight = np.array([10.0] + [0.1] * 20)
    found = weighted_share(np.ones(21, dtype=bool), weight, np.arange(21))
    kish = weight.sum() ** 2 / np.square(weight).sum()
    assert found.interval == wilson(kish, kish)
    assert found.interval.low < 0.3


@given(seed=st.integers(0, 2**16))
def test_the_interval_holds_the_share_and_lies_from_0_to_1(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    found = weighted_share(rng.random(n) < 0.9, rng.choice([0.2, 1.0, 3.0], n), rng.integers(0, 10, n))
    assert 0 <= found.interval.low <= found.value + 1e-9
    assert found.value <= found.interval.high + 1e-9 <= 1 + 1e-9


@pytest.mark.parametrize(
    ("weight", "told"), [([1.0, -1.0], "weights of 0 or more"), ([0.0, 0.0], "every weight is 0"), ([], "one trial")]
)
def test_what_cannot_be_weighed_is_refused(weight: list[float], told: str) -> None:
    n = len(weight)
    with pytest.raises(ValueError, match=told):
        weighted_share(np.ones(n, dtype=bool), np.array(weight), np.arange(n))
