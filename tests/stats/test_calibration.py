"""Calibration: the edge that a peer loses, and laws on data of known calibration."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit, logit

from fiducial.stats.calibration import (
    brier,
    calibration_intercept,
    calibration_slope,
    expected_calibration_error,
    reliability,
    weighted_ece,
)


def calibrated(n: int = 20_000) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.int64]]:
    rng = np.random.default_rng(2)
    score = expit(rng.normal(-1, 1.5, n))
    return rng.random(n) < score, score, np.arange(n)


def test_a_prediction_of_exactly_one_belongs_to_the_last_bin() -> None:
    # A peer loses it and reports an error of 0 where every prediction of 1.0 is wrong.
    assert expected_calibration_error(np.zeros(5, dtype=bool), np.ones(5)) == 1.0


def test_true_probabilities_have_almost_no_error() -> None:
    truth, score, _ = calibrated()
    assert expected_calibration_error(truth, score) < 0.01


def test_a_shift_of_every_score_is_the_error() -> None:
    truth, score = np.repeat([True, False], 50), np.full(100, 0.7)
    assert expected_calibration_error(truth, score) == pytest.approx(0.2)


def test_the_weighted_error_counts_a_row_as_often_as_it_was_drawn() -> None:
    truth, score, _ = calibrated(300)
    weights = np.random.default_rng(0).integers(0, 3, 300)
    repeated = expected_calibration_error(np.repeat(truth, weights), np.repeat(score, weights))
    assert weighted_ece(truth, score)(weights) == pytest.approx(repeated)


def test_brier_of_a_coin_is_a_quarter() -> None:
    assert brier(np.array([True, False]), np.array([0.5, 0.5])) == 0.25


def test_scores_made_twice_as_extreme_have_a_slope_of_a_half() -> None:
    truth, score, patient = calibrated()
    found = calibration_slope(truth, expit(2 * logit(score)), patient)
    assert found.interval.low < 0.5 < found.interval.high
    assert found.value == pytest.approx(0.5, abs=0.03)


def test_scores_shifted_down_have_that_intercept() -> None:
    truth, score, patient = calibrated()
    assert calibration_intercept(truth, expit(logit(score) - 1), patient).value == pytest.approx(1.0, abs=0.06)


def test_copies_under_one_patient_leave_the_interval_alone() -> None:
    truth, score, patient = calibrated(2000)
    once = calibration_slope(truth, score, patient).interval
    copied = calibration_slope(np.tile(truth, 3), np.tile(score, 3), np.tile(patient, 3)).interval
    assert (copied.low, copied.high) == pytest.approx((once.low, once.high), abs=2e-3)


def test_separated_classes_have_no_slope() -> None:
    with pytest.raises(ValueError, match=r"slope|converge"):
        calibration_slope(np.repeat([False, True], 20), np.linspace(0.01, 0.99, 40), np.arange(40))


def test_every_row_stands_in_one_bin() -> None:
    truth, score, _ = calibrated(500)
    assert reliability(truth, score).count.sum() == 500
