"""Random effects over hospitals: a golden by hand, and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from fiducial.stats.intervals import Interval, wilson
from fiducial.stats.meta import random_effects


def interval(value: float, error: float) -> Interval:
    centre = logit(value)
    return Interval(float(expit(centre - 1.959964 * error)), float(expit(centre + 1.959964 * error)))


def test_equal_hospitals_have_no_spread_and_their_own_mean() -> None:
    found = random_effects([0.8] * 4, [interval(0.8, 0.1)] * 4)
    assert (found.mean, found.tau, found.i_squared) == pytest.approx((0.8, 0.0, 0.0))


def test_the_prediction_follows_higgins_by_hand() -> None:
    values, error = np.array([0.7, 0.8, 0.9, 0.85]), 0.1
    found = random_effects(values.tolist(), [interval(v, error) for v in values])
    effect = logit(values)
    # With equal errors Paule and Mandel's estimate is the sample variance less the error's.
    tau2 = effect.var(ddof=1) - error**2
    spread = np.sqrt(effect.var(ddof=1) / 4)
    beyond = 4.302653 * np.sqrt(tau2 + spread**2)  # t of 2 degrees of freedom
    assert found.tau**2 == pytest.approx(tau2, rel=1e-4)
    assert found.prediction.low == pytest.approx(expit(effect.mean() - beyond), rel=1e-4)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(60, 90)), min_size=3, max_size=9))
def test_the_next_hospital_is_less_certain_than_the_mean(counts: list[tuple[int, int]]) -> None:
    found = random_effects([k / n for k, n in counts], [wilson(k, n) for k, n in counts])
    assert (
        0
        <= found.prediction.low
        <= found.interval.low
        <= found.mean
        <= found.interval.high
        <= found.prediction.high
        <= 1
    )


def test_two_hospitals_are_too_few() -> None:
    with pytest.raises(ValueError, match="at least 3 groups; got 2"):
        random_effects([0.8, 0.9], [interval(0.8, 0.1)] * 2)
