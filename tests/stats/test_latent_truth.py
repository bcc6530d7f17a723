"""Dawid and Skene's model finds readers whose errors are known, and says when it has not."""

import numpy as np
import pytest
from numpy.typing import NDArray

from fiducial.stats.latent_truth import LatentTruth, dawid_skene, majority, resampled_dawid_skene

Codes = NDArray[np.int64]
SENSITIVITY, SPECIFICITY = np.array([0.95, 0.8, 0.7, 0.9]), np.array([0.9, 0.95, 0.85, 0.8])


def simulated(n: int = 4000, missing: float = 0.2, seed: int = 0) -> tuple[NDArray[np.bool_], Codes]:
    rng = np.random.default_rng(seed)
    ill = rng.random(n) < 0.3
    said = rng.random((n, 4)) < np.where(ill[:, np.newaxis], SENSITIVITY, 1 - SPECIFICITY)
    return ill, np.where(rng.random(said.shape) < missing, -1, said).astype(np.int64)


def test_simulated_readers_are_recovered() -> None:
    _, said = simulated()
    found = dawid_skene(said)
    assert found.converged
    assert found.sensitivity == pytest.approx(SENSITIVITY, abs=0.03)
    assert found.specificity == pytest.approx(SPECIFICITY, abs=0.03)
    assert found.prevalence[1] == pytest.approx(0.3, abs=0.03)


def test_its_consensus_beats_the_majority_where_one_reader_is_better() -> None:
    ill, said = simulated()
    vote = majority(said)
    model = dawid_skene(said).posterior[:, 1] > 0.5
    assert (model == ill).mean() > (np.where(vote < 0, 0, vote) == ill).mean()


def test_readers_who_always_agree_are_always_right() -> None:
    said = np.repeat([[0, 0, 0], [1, 1, 1]], 10, axis=0)
    found = dawid_skene(said)
    assert found.posterior[:, 1] == pytest.approx(said[:, 0], abs=1e-9)
    assert found.sensitivity == pytest.approx(np.ones(3))


def test_classes_are_never_swapped() -> None:
    for seed in range(5):
        _, said = simulated(300, seed=seed)
        assert (dawid_skene(said).sensitivity + dawid_skene(said).specificity).mean() > 1


def test_readers_who_are_worse_than_chance_are_told_the_right_way_round() -> None:
    ill, said = simulated(missing=0.0)
    one_liar = said.copy()
    one_liar[:, 0] = 1 - said[:, 0]
    found = dawid_skene(one_liar)
    assert found.sensitivity[0] < 0.2
    assert ((found.posterior[:, 1] > 0.5) == ill).mean() > 0.85


def test_more_classes_than_two() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 3, 2000)
    said = np.where(rng.random((2000, 4)) < 0.8, truth[:, np.newaxis], rng.integers(0, 3, (2000, 4)))
    found = dawid_skene(said, classes=3)
    assert (found.posterior.argmax(axis=1) == truth).mean() > 0.93
    assert found.confusion.shape == (4, 3, 3)
    assert np.diagonal(found.confusion, axis1=1, axis2=2) == pytest.approx(0.8 + 0.2 / 3, abs=0.04)


def test_a_fit_that_has_not_come_to_rest_says_so() -> None:
    _, said = simulated(200)
    found = dawid_skene(said, iterations=3)
    assert (found.converged, found.iterations) == (False, 3)


def test_a_reader_of_nothing_has_no_errors_to_tell() -> None:
    _, said = simulated(200)
    said[:, 3] = -1
    assert np.isnan(dawid_skene(said).confusion[3]).all()


def test_two_voices_a_case_fit_any_errors() -> None:
    with pytest.raises(ValueError, match="no case was rated by 3 readers"):
        dawid_skene(np.array([[0, 1, -1], [1, -1, 1]]))


def test_a_label_outside_the_classes_is_refused() -> None:
    with pytest.raises(ValueError, match="must lie from 0 to 1"):
        dawid_skene(np.array([[0, 1, 2]]))


def test_a_tie_has_no_majority() -> None:
    said = np.array([[1, 1, 0], [0, 1, -1], [-1, -1, -1], [0, -1, -1]])
    assert majority(said).tolist() == [1, -1, -1, 0]


def test_resamples_lie_about_the_fit_and_repeat_with_the_seed() -> None:
    _, said = simulated(600)
    patient = np.arange(600) // 2
    whole: LatentTruth = dawid_skene(said)
    one, other = (
        resampled_dawid_skene(said, patient, np.random.default_rng(5), resamples=60).confusion for _ in range(2)
    )
    np.testing.assert_array_equal(one, other)
    low, high = np.quantile(one[:, :, 1, 1], [0.02, 0.98], axis=0)
    assert (low <= whole.sensitivity).all()
    assert (whole.sensitivity <= high).all()
