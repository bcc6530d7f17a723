"""Shares of readings, which come in clusters by reader and by patient."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.stats.intervals import wilson, wilson_clustered
from fiducial.stats.two_way import wilson_two_way


def width(success: np.ndarray, reader: np.ndarray, patient: np.ndarray) -> float:
    found = wilson_two_way(success, reader, patient)
    return found.high - found.low


def test_readings_that_are_independent_are_worth_nearly_all_that_there_are() -> None:
    rng = np.random.default_rng(0)
    success = rng.random(400) < 0.3
    alone = np.arange(400)
    found, plain = wilson_two_way(success, alone, alone), wilson(int(success.sum()), 400)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=2e-3)


def test_readers_who_differ_widen_the_interval() -> None:
    reader, patient = np.repeat(np.arange(10), 50), np.tile(np.arange(50), 10)
    success = reader < 3  # three readers always, the others never
    by_patient = wilson_clustered(success, patient)
    assert width(success, reader, patient) > 3 * (by_patient.high - by_patient.low)


@given(st.integers(0, 1000))
def test_who_is_called_reader_and_who_patient_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    success, one, other = rng.random(60) < 0.4, rng.integers(0, 6, 60), rng.integers(0, 20, 60)
    assert wilson_two_way(success, one, other) == wilson_two_way(success, other, one)


def test_outcomes_that_are_all_alike_are_worth_one_trial_a_reader() -> None:
    nothing = np.zeros(300, dtype=bool)
    assert wilson_two_way(nothing, np.arange(300) % 3, np.arange(300)) == wilson(0, 3)


def test_no_reading_has_no_share() -> None:
    with pytest.raises(ValueError, match="at least one reading"):
        wilson_two_way(np.array([], dtype=bool), np.array([], dtype=np.int64), np.array([], dtype=np.int64))
