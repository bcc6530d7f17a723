"""The patient bootstrap: fair draws, and shortcuts that say what the long way says."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm, t

from fiducial.stats import resampling
from fiducial.stats.calibration import brier_skill, weighted_brier
from fiducial.stats.resampling import (
    Statistic,
    Summed,
    Weights,
    draws,
    expanded,
    patient_bootstrap,
    weighted_auroc,
)

Maker: TypeAlias = Callable[[NDArray[np.bool_], NDArray[np.float64]], Statistic]


def scored(n: int, seed: int = 0) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    score = rng.random(n)
    return rng.random(n) < score, np.round(score, 2)


def the_long_way(statistic: Statistic) -> Statistic:
    """The same statistic as a plain function, so that no shortcut is taken."""

    def plain(weights: Weights) -> float:
        return statistic(weights)

    return plain


def test_every_patient_is_drawn_as_often_as_chance_has_it() -> None:
    times = np.sum(list(draws(np.arange(7), np.random.default_rng(0), 20_000)), axis=0)
    assert times.sum() == 7 * 20_000
    assert np.abs(times - 20_000).max() < 4 * np.sqrt(20_000)


def test_more_patients_than_a_fair_word_can_tell_apart_are_still_drawn() -> None:
    drawn = resampling._drawn(np.random.default_rng(0), 3_000_017)
    assert (drawn.size, drawn.min() >= 0, drawn.max() < 3_000_017) == (3_000_017, True, True)


def test_rows_of_a_patient_come_along_together() -> None:
    patient = np.array([5, 9, 5, 9, 5])
    for times in draws(patient, np.random.default_rng(0), 20):
        assert np.array_equal(times[[0, 2, 4]], np.repeat(times[0], 3))
        assert times[0] + times[1] == 2


@pytest.mark.parametrize("make", [weighted_brier, brier_skill, weighted_auroc])
@pytest.mark.parametrize("repeats", [1, 3])
def test_the_shortcut_gives_the_interval_of_the_long_way(make: Maker, repeats: int) -> None:
    truth, score = scored(900)
    patient = np.arange(900) // repeats
    statistic = make(truth, score)
    short = patient_bootstrap(statistic, patient, np.random.default_rng(1), resamples=300)
    long = patient_bootstrap(the_long_way(statistic), patient, np.random.default_rng(1), resamples=300)
    assert (short.low, short.high) == pytest.approx((long.low, long.high), abs=1e-12)


@pytest.mark.parametrize("make", [weighted_brier, brier_skill])
def test_the_normal_limit_agrees_with_the_draws(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    truth, score = scored(20_000)
    patient = np.arange(20_000) // 2
    exact = patient_bootstrap(make(truth, score), patient, np.random.default_rng(2))
    monkeypatch.setattr(resampling, "EXACT_UP_TO", 100)
    limit = patient_bootstrap(make(truth, score), patient, np.random.default_rng(3))
    assert (limit.low, limit.high) == pytest.approx((exact.low, exact.high), abs=0.1 * (exact.high - exact.low))


def test_a_perfect_score_has_a_skill_of_one_and_the_prevalence_none() -> None:
    truth = np.array([True, False, False, False])
    weights = np.ones(4, dtype=np.int64)
    assert brier_skill(truth, truth.astype(float))(weights) == 1.0
    assert brier_skill(truth, np.full(4, 0.25))(weights) == pytest.approx(0.0)
    assert np.isnan(brier_skill(truth, np.full(4, 0.25))(np.array([0, 1, 1, 2])))


def cells(n: int, seed: int = 0) -> NDArray[np.int64]:
    return np.random.default_rng(seed).integers(0, 4, n)


@pytest.mark.parametrize("exact_up_to", [10_000, 10])
def test_counts_of_cells_are_resampled_as_their_patients_are_drawn(exact_up_to: int) -> None:
    cell, patient = cells(600), np.arange(600) // 2
    one_by_one = np.array([np.bincount(cell, times, 4) for times in draws(patient, np.random.default_rng(1), 3000)])
    found = resampling.resampled_counts(
        cell, 4, patient, np.random.default_rng(2), resamples=3000, exact_up_to=exact_up_to
    )
    np.testing.assert_allclose(found.mean(axis=0), one_by_one.mean(axis=0), rtol=0.01)
    np.testing.assert_allclose(np.cov(found.T), np.cov(one_by_one.T), atol=0.15 * np.cov(one_by_one.T).max())
    np.testing.assert_allclose(found.sum(axis=1), 600)


def test_where_rows_are_patients_counts_are_drawn_at_once() -> None:
    cell = cells(500)
    found = resampling.resampled_counts(cell, 5, np.arange(500), np.random.default_rng(0), resamples=4000)
    seen = np.bincount(cell, minlength=5)
    np.testing.assert_allclose(found.mean(axis=0), seen, atol=0.6)
    np.testing.assert_allclose(found.var(axis=0), seen * (1 - seen / 500), rtol=0.1)
    assert found[:, 4].max() == 0


@pytest.mark.parametrize("clusters", [8, 24])
def test_few_clusters_are_asked_for_more_and_give_students_interval(clusters: int) -> None:
    """Of a mean the expanded percentile interval is Student's: Hesterberg 2015, doi:10.1080/00031305.2015.1089789."""
    values = norm.ppf((np.arange(clusters) + 0.5) / clusters)
    mean = Summed(np.column_stack([values, np.ones(clusters)]), lambda sums: sums[..., 0] / sums[..., 1])
    rng = np.random.default_rng(0)
    found = patient_bootstrap(mean, np.arange(clusters), rng, resamples=40_000, confidence=expanded(0.95, clusters))
    reach = t.ppf(0.975, clusters - 1) * values.std(ddof=1) / np.sqrt(clusters)
    assert (found.low, found.high) == pytest.approx((-reach, reach), rel=0.06)
