"""pROC's values on its aSAH data, regression cases of peers, and laws."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from fiducial.stats.resampling import patient_bootstrap, weighted_auroc
from fiducial.stats.roc import (
    auroc,
    compare_paired,
    compare_unpaired,
    delong,
    newcombe_auroc_interval,
    partial_auroc,
    roc_points,
)


@pytest.fixture(scope="module")
def asah(real_data: Path) -> dict[str, Any]:
    # Source: pROC (Robin et al. 2011, BMC Bioinformatics 12:77), data set aSAH and its tests.
    frame = pl.read_csv(real_data / "reference" / "aSAH.csv")
    scores = {name: frame[name].to_numpy().astype(float) for name in ("wfns", "s100b", "ndka")}
    return {"truth": (frame["outcome"] == "Poor").to_numpy(), **scores}


@pytest.mark.real
def test_areas_match_proc(asah: dict[str, Any]) -> None:
    areas = [auroc(asah["truth"], asah[name]) for name in ("wfns", "s100b", "ndka")]
    assert areas == pytest.approx([0.823678861788618, 0.73136856, 0.611957994579946], abs=5e-9)


@pytest.mark.real
def test_delongs_covariance_matches_proc(asah: dict[str, Any]) -> None:
    found = delong(asah["truth"], np.stack([asah["wfns"], asah["ndka"], asah["s100b"]])).covariance
    assert np.diag(found) == pytest.approx([0.00146991470882363, 0.0031908105493913, 0.00266868245717244], rel=1e-12)
    assert found[0, 1] == pytest.approx(-0.000532967856762438, rel=1e-12)
    assert found[1, 2] == pytest.approx(-0.000756164938056579, rel=1e-12)
    assert found[2, 0] == pytest.approx(0.00119615567376754, rel=1e-12)


@pytest.mark.real
@pytest.mark.parametrize(
    ("first", "second", "z", "p"),
    [
        ("wfns", "s100b", 2.20898359144091, 0.0271757822291882),
        ("wfns", "ndka", 2.79777591868904, 0.00514557970691098),
        ("ndka", "s100b", -1.39077002573558, 0.164295175223054),
    ],
)
def test_paired_comparisons_match_proc(asah: dict[str, Any], first: str, second: str, z: float, p: float) -> None:
    found = compare_paired(asah["truth"], asah[first], asah[second])
    assert (found.statistic, found.p) == pytest.approx((z, p), rel=1e-10)


@pytest.mark.real
def test_the_interval_of_a_paired_difference_matches_proc(asah: dict[str, Any]) -> None:
    found = compare_paired(asah["truth"], asah["wfns"], asah["s100b"]).interval
    assert (found.low, found.high) == pytest.approx((0.0104061769564846, 0.174214419249478), rel=1e-10)


@pytest.mark.real
def test_an_unpaired_comparison_matches_proc(asah: dict[str, Any]) -> None:
    found = compare_unpaired(delong(asah["truth"], asah["wfns"]), delong(asah["truth"], asah["s100b"]))
    assert (found.statistic, found.p) == pytest.approx((1.43490640926908, 0.152825378808796), rel=1e-6)


@pytest.mark.real
def test_delongs_interval_matches_proc(asah: dict[str, Any]) -> None:
    found = delong(asah["truth"], asah["ndka"]).interval()
    assert (found.low, found.high) == pytest.approx((0.501244999271703, 0.722670989888189), rel=1e-12)


@pytest.mark.real
def test_partial_areas_match_proc(asah: dict[str, Any]) -> None:
    assert partial_auroc(asah["truth"], asah["wfns"], 0.9) == pytest.approx(0.0334417344173442, rel=1e-12)
    corrected = partial_auroc(asah["truth"], asah["wfns"], 0.9, corrected=True)
    assert corrected == pytest.approx(0.649693339038653, rel=1e-12)


scored = (
    st.integers(4, 80)
    .flatmap(lambda n: st.tuples(arrays(bool, n), arrays(float, n, elements=st.integers(0, 9).map(lambda k: k / 9))))
    .filter(lambda pair: pair[0].any() and not pair[0].all())
)


@given(scored)
def test_the_area_is_scikit_learns_with_ties(pair: tuple[NDArray[np.bool_], NDArray[np.float64]]) -> None:
    assert auroc(*pair) == pytest.approx(roc_auc_score(*pair))


@given(scored)
def test_the_area_under_the_points_is_the_area(pair: tuple[NDArray[np.bool_], NDArray[np.float64]]) -> None:
    rate, sensitivity, _ = roc_points(*pair)
    assert np.trapezoid(sensitivity, rate) == pytest.approx(auroc(*pair))


@given(scored, st.integers(0, 2**32 - 1))
def test_a_weighted_area_counts_a_row_as_often_as_it_was_drawn(
    pair: tuple[NDArray[np.bool_], NDArray[np.float64]], seed: int
) -> None:
    truth, score = pair
    weights = np.random.default_rng(seed).integers(0, 4, truth.size)
    drawn_truth, drawn_score = np.repeat(truth, weights), np.repeat(score, weights)
    found = weighted_auroc(truth, score)(weights)
    both = drawn_truth.any() and not drawn_truth.all()
    assert (found == pytest.approx(roc_auc_score(drawn_truth, drawn_score))) if both else np.isnan(found)


@given(scored)
def test_one_row_a_patient_is_plain_delong(pair: tuple[NDArray[np.bool_], NDArray[np.float64]]) -> None:
    truth, score = pair
    plain, by_patient = delong(truth, score), delong(truth, score, np.arange(truth.size))
    assert by_patient.covariance == pytest.approx(plain.covariance)


def cohort(rng: np.random.Generator, n: int = 3000) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    truth = rng.random(n) < 0.3
    return truth, rng.normal(size=n) + truth


def test_copies_of_every_row_under_one_patient_leave_the_interval_alone() -> None:
    truth, score = cohort(np.random.default_rng(0))
    once = delong(truth, score).interval()
    copied = delong(np.repeat(truth, 3), np.repeat(score, 3), np.repeat(np.arange(truth.size), 3)).interval()
    assert (copied.low, copied.high) == pytest.approx((once.low, once.high), abs=1e-6)


def test_delong_by_patient_agrees_with_the_patient_bootstrap() -> None:
    rng = np.random.default_rng(3)
    patient = np.repeat(np.arange(300), 4)
    habit = np.repeat(rng.normal(size=300), 4)
    truth = np.repeat(rng.random(300) < 0.4, 4)
    score = habit + truth + rng.normal(size=1200)
    exact = delong(truth, score, patient).interval()
    drawn = patient_bootstrap(weighted_auroc(truth, score), patient, rng)
    assert (drawn.low, drawn.high) == pytest.approx((exact.low, exact.high), abs=0.006)
    by_row = delong(truth, score).interval()
    assert exact.high - exact.low > 1.2 * (by_row.high - by_row.low)


def test_the_same_seed_gives_the_same_interval() -> None:
    truth, score = cohort(np.random.default_rng(0), 200)
    first, second = (
        patient_bootstrap(weighted_auroc(truth, score), np.arange(200), np.random.default_rng(5)) for _ in range(2)
    )
    assert first == second


def test_a_hundred_thousand_rows_keep_an_interval() -> None:
    # pROC issue 19: a confidence interval of 1-1 beyond 1e5 rows.
    truth, score = cohort(np.random.default_rng(1), 200_000)
    found = delong(truth, score).interval()
    assert 0.001 < found.high - found.low < 0.01


def test_perfect_separation_does_not_promise_certainty() -> None:
    found = delong(np.repeat([False, True], 20), np.arange(40.0)).interval()
    assert found.high == 1.0
    assert 0.8 < found.low < 0.95


def test_more_patients_narrow_newcombes_interval() -> None:
    assert newcombe_auroc_interval(1.0, 100, 100).low > newcombe_auroc_interval(1.0, 10, 10).low


def test_one_class_is_refused() -> None:
    with pytest.raises(ValueError, match="need both classes"):
        auroc(np.ones(3, dtype=bool), np.arange(3.0))


def test_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="NaN"):
        auroc(np.array([True, False]), np.array([np.nan, 0.5]))


def test_a_statistic_that_is_mostly_undefined_is_refused() -> None:
    with pytest.raises(ValueError, match="undefined"):
        patient_bootstrap(lambda _: float("nan"), np.arange(5), np.random.default_rng(0), resamples=100)


@pytest.mark.parametrize("ill", [1, 2, 5])
def test_a_few_ill_patients_leave_the_area_in_doubt(ill: int) -> None:
    truth = np.arange(300) < ill
    found = delong(truth, np.where(truth, 290.0, np.arange(300))).interval()
    assert found.high - found.low > 0.9 / (ill + 3)


def test_on_the_logit_scale_an_area_near_one_reaches_farther_down_and_never_beyond_one() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(100) < 20
    found = delong(truth, rng.normal(size=100) + 3.5 * truth)
    assert found.logit_interval().low < found.interval().low < found.areas[0] < found.logit_interval().high < 1
    assert found.logit_interval(confidence=0.99).low < found.logit_interval().low
