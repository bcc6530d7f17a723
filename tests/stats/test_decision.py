"""Net benefit: what its authors print, what R prints, and what must hold of every curve."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fiducial.stats.decision import (
    Benefit,
    DecisionCurve,
    Rate,
    benefit,
    decision_curve,
    harm,
    interventions_avoided,
    lead_over,
    net_benefit,
    price_of_alarms,
    treat_all,
)
from fiducial.stats.intervals import Interval

Floats = NDArray[np.float64]
THRESHOLDS = np.array([0.05, 0.1, 0.2, 0.4])


def curve(
    truth: NDArray[np.bool_], score: Floats, at: Floats = THRESHOLDS, prevalence: float | None = None
) -> DecisionCurve:
    rng = np.random.default_rng(0)
    return decision_curve(truth, score, np.arange(truth.size), at, rng, prevalence=prevalence, resamples=200)


def scored(n: int = 400, seed: int = 0) -> tuple[NDArray[np.bool_], Floats]:
    rng = np.random.default_rng(seed)
    score = rng.random(n)
    return rng.random(n) < score, np.round(score, 2)


@pytest.fixture(scope="module")
def cancer(real_data: Path) -> pl.DataFrame:
    return pl.read_csv(real_data / "reference" / "df_binary.csv", null_values="NA")


# dcurves (R): data and answers as ORACLES.md names them.
@pytest.mark.real
@pytest.mark.parametrize(
    ("predictor", "thresholds", "expected"),
    [
        ("famhistory", [0.1], [0.0185185]),
        ("cancerpredmarker", [0.05, 0.1, 0.15, 0.2], [0.1055439, 0.0874074, 0.0792157, 0.0673333]),
    ],
)
def test_rs_net_benefit_is_reproduced(
    cancer: pl.DataFrame, predictor: str, thresholds: list[float], expected: list[float]
) -> None:
    score = cancer[predictor].to_numpy().astype(float)
    found = curve(cancer["cancer"].to_numpy(), score, np.array(thresholds))
    np.testing.assert_allclose(found.model, expected, atol=5e-8)


@pytest.mark.real
def test_rs_whole_table_is_reproduced_for_a_logistic_model_of_age(cancer: pl.DataFrame, real_data: Path) -> None:
    printed = pl.read_csv(real_data / "reference" / "r_simple_binary_dca_result_df.csv")
    ill, age = cancer["cancer"].to_numpy(), sm.add_constant(cancer["age"].to_numpy())
    chance = sm.GLM(ill.astype(float), age, family=sm.families.Binomial()).fit().predict()
    of = {name: printed.filter(pl.col("variable") == name) for name in ("age", "all")}
    found = curve(ill, np.asarray(chance), of["age"]["threshold"].to_numpy())
    np.testing.assert_allclose(found.model, of["age"]["net_benefit"].to_numpy(), atol=1e-12)
    np.testing.assert_allclose(found.treat_all, of["all"]["net_benefit"].to_numpy(), atol=1e-9)


@pytest.mark.parametrize(("threshold", "expected"), [(0.05, 0.0947368), (0.1, 0.0444444), (0.2, -0.075)])
def test_treating_all_of_whom_14_in_100_are_ill(threshold: float, expected: float) -> None:
    assert treat_all(0.14, threshold) == pytest.approx(expected, abs=5e-8)


def test_a_score_that_calls_everybody_is_treating_all() -> None:
    truth, _ = scored()
    found = curve(truth, np.ones(truth.size))
    np.testing.assert_allclose(found.model, found.treat_all)


def test_a_perfect_score_is_worth_the_prevalence_at_every_threshold() -> None:
    truth, _ = scored()
    np.testing.assert_allclose(curve(truth, truth.astype(float), prevalence=0.02).model, 0.02)


def test_at_the_samples_own_prevalence_weighing_changes_nothing() -> None:
    truth, score = scored()
    here = curve(truth, score)
    np.testing.assert_allclose(curve(truth, score, prevalence=float(truth.mean())).model, here.model)


def test_a_score_at_the_threshold_is_acted_on() -> None:
    truth = np.arange(20) % 2 == 0
    assert curve(truth, np.where(truth, 0.2, 0.1), np.array([0.2])).model[0] == 0.5


def test_sparing_interventions_counts_what_a_lead_is_worth() -> None:
    # Vickers and Elkin: a lead of 0.05 at 20% is 20 interventions in 100 patients.
    assert interventions_avoided(np.array([0.05]), np.array([0.2]))[0] == pytest.approx(20)
    truth, score = scored()
    found = curve(truth, score)
    np.testing.assert_allclose(found.avoided, 100 * (found.model - found.treat_all) / harm(found.threshold))


@given(seed=st.integers(0, 2**16), prevalence=st.floats(0.01, 0.9))
def test_the_interval_holds_the_curve_and_the_curve_never_beats_perfection(seed: int, prevalence: float) -> None:
    truth, score = scored(60, seed)
    found = curve(truth, score, prevalence=prevalence)
    assert (found.low <= found.model).all()
    assert (found.model <= found.high).all()
    assert (found.high <= prevalence + 1e-12).all()


def test_patients_who_come_twice_widen_the_interval() -> None:
    truth, score = scored()
    rng = np.random.default_rng(0)
    truth, score, patient = np.repeat(truth, 2), np.repeat(score, 2), np.repeat(np.arange(truth.size), 2)
    by_row = decision_curve(truth, score, np.arange(truth.size), THRESHOLDS, rng)
    by_patient = decision_curve(truth, score, patient, THRESHOLDS, rng)
    ratio = (by_patient.high - by_patient.low) / (by_row.high - by_row.low)
    np.testing.assert_allclose(ratio, np.sqrt(2), rtol=0.15)


def test_that_none_was_missed_does_not_prove_that_none_ever_will() -> None:
    truth = np.arange(60) < 20
    found = curve(truth, truth.astype(float), np.array([0.1]), 0.05)
    assert found.model[0] == pytest.approx(0.05)
    # Clopper and Pearson: of 20 ill 20 found, from 0.8316 on; of 40 healthy none called, up to 0.0881.
    assert found.low[0] == pytest.approx(0.05 - np.hypot(0.05 * (1 - 0.8316), 0.95 * 0.0881 / 9), abs=1e-5)
    assert found.high[0] == pytest.approx(0.05)


def test_the_same_seed_gives_the_same_curve() -> None:
    truth, score = scored()
    np.testing.assert_array_equal(curve(truth, score).low, curve(truth, score).low)


@pytest.mark.parametrize(
    ("truth", "score", "thresholds", "told"),
    [
        ([True, True], [0.1, 0.2], [0.1], "need both classes; got 2 ill of 2"),
        ([True, False], [0.1, 1.2], [0.1], "a probability lies from 0 to 1"),
        ([True, False], [0.1, np.nan], [0.1], "or are NaN"),
        ([True, False], [0.1, 0.2], [1.0], "from 0 to below 1"),
        ([True, False], [0.1, 0.2], [0.2, 0.1], "must ascend"),
    ],
)
def test_what_cannot_be_a_curve_is_refused(
    truth: list[bool], score: list[float], thresholds: list[float], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        curve(np.array(truth), np.array(score), np.array(thresholds))


def test_a_class_of_one_patient_is_missing_from_too_many_resamples() -> None:
    truth = np.arange(50) == 0
    with pytest.raises(ValueError, match="a class is missing from"):
        curve(truth, np.linspace(0, 1, 50), prevalence=0.1)


def test_ties_everywhere_are_one_step() -> None:
    truth, _ = scored()
    found = curve(truth, np.full(truth.size, 0.1))
    assert found.model[:2].tolist() == found.treat_all[:2].tolist()
    assert found.model[2:].tolist() == [0, 0]


RATES = Rate(0.8, Interval(0.7, 0.9)), Rate(0.1, Interval(0.05, 0.2))


def test_calls_are_worth_what_their_shares_say_at_the_prevalence_of_use() -> None:
    found = benefit(0.02, 0.05, *RATES)
    assert found.value == pytest.approx(0.02 * 0.8 - 0.98 * 0.1 / 19)
    assert found.value == pytest.approx(float(net_benefit(0.02, np.array([0.8]), np.array([0.1]), np.array([0.05]))[0]))
    below = np.hypot(0.02 * 0.1, price_of_alarms(0.02, 0.05) * 0.1)
    assert found.interval.low == pytest.approx(found.value - below)


def test_a_lead_moves_the_whole_interval() -> None:
    found = lead_over(Benefit(0.03, Interval(0.01, 0.05)), 0.02)
    assert (found.value, found.interval.low, found.interval.high) == pytest.approx((0.01, -0.01, 0.03))
