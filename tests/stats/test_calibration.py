"""Calibration: the edge that a peer loses, and laws on data of known calibration."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import t as student
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from fiducial.stats.calibration import (
    brier,
    calibration_intercept,
    calibration_slope,
    estimate_ece,
    expected_calibration_error,
    reliability,
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


def test_the_interval_of_true_probabilities_begins_at_nothing() -> None:
    truth, score, patient = calibrated(200)
    found = estimate_ece(truth, score, patient, np.random.default_rng(0), resamples=500)
    assert found.value > 0.03
    assert found.corrected < found.value
    assert found.interval.low == 0.0


def test_the_interval_of_wrong_probabilities_does_not() -> None:
    truth, score, patient = calibrated(2000)
    found = estimate_ece(truth, np.clip(score + 0.2, 0, 1), patient, np.random.default_rng(0), resamples=500)
    assert 0.1 < found.interval.low < 0.2 < found.interval.high


def test_copies_under_one_patient_leave_the_interval_of_the_error_alone() -> None:
    truth, score, patient = calibrated(300)
    once = estimate_ece(truth, score, patient, np.random.default_rng(0))
    copied = estimate_ece(np.repeat(truth, 3), np.repeat(score, 3), np.repeat(patient, 3), np.random.default_rng(0))
    assert copied.interval.high == pytest.approx(once.interval.high)


def test_a_row_of_weight_three_counts_as_three_rows() -> None:
    truth, score, patient = calibrated(100)
    heavy = estimate_ece(truth, score, patient, np.random.default_rng(0), weight=np.full(100, 3.0))
    assert heavy.value == pytest.approx(expected_calibration_error(truth, score))


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


def test_true_scores_of_few_patients_are_seldom_said_to_be_off() -> None:
    off = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        score = expit(rng.normal(-0.7, 1.3, 40))
        found = estimate_ece(rng.random(40) < score, score, np.arange(40), rng, resamples=200)
        off += found.interval.low > 0
    assert off <= 14


def test_few_patients_of_a_class_widen_the_slope_by_students_t() -> None:
    rng = np.random.default_rng(3)
    score = expit(rng.normal(-2, 1, 60))
    truth = np.arange(60) < 6
    found = calibration_intercept(truth, score, np.arange(60))
    often = calibration_intercept(np.tile(truth, 50), np.tile(score, 50), np.arange(3000))
    assert found.interval.high - found.interval.low > 1.2 * np.sqrt(50) * (often.interval.high - often.interval.low)


@pytest.mark.parametrize(("rows", "images", "shift"), [(60, 1, 0.0), (600, 3, 2.0), (3000, 1, -4.0)])
def test_slope_and_intercept_are_those_of_statsmodels(rows: int, images: int, shift: float) -> None:
    rng = np.random.default_rng(rows)
    x = 2 * rng.normal(size=rows)
    truth, score = rng.random(rows) < expit(0.7 * x + 0.3), expit(x + shift)
    patient = np.arange(rows) // images
    fewest = min(np.unique(patient[side]).size for side in (truth, ~truth))
    for fit, design, offset in (
        (calibration_slope, np.column_stack([np.ones(rows), x + shift]), None),
        (calibration_intercept, np.ones((rows, 1)), x + shift),
    ):
        theirs = GLM(truth.astype(float), design, family=Binomial(), offset=offset).fit(
            cov_type="cluster", cov_kwds={"groups": patient}
        )
        margin = student.ppf(0.975, fewest - 1) * theirs.bse[-1]
        ours = fit(truth, score, patient)
        assert (ours.value, ours.interval.high - ours.value) == pytest.approx((theirs.params[-1], margin), rel=1e-6)


def test_scores_that_are_far_off_are_fitted_all_the_same() -> None:
    truth = np.arange(100) < 50
    found = calibration_intercept(truth, np.full(100, 1e-6), np.arange(100))
    assert found.value == pytest.approx(-logit(1e-6))
