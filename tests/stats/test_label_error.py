"""How far a metric can move when labels are wrong: against every way to turn them, and against a known truth."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fiducial.stats.label_error import (
    best_labels,
    best_ranking,
    corrected_auroc,
    corrected_shares,
    worst_labels,
    worst_ranking,
)
from fiducial.stats.roc import auroc

Truth = NDArray[np.bool_]
SCORE = np.array([0.9, 0.8, 0.3, 0.2, 0.85, 0.6, 0.4, 0.1, 0.05])
ILL = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0], dtype=bool)
CASES = st.tuples(
    st.lists(st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9]), min_size=4, max_size=7), st.integers(1, 6), st.integers(0, 99)
)


def sensitivity(truth: Truth) -> float:
    return float((SCORE[truth] >= 0.5).mean())


def specificity(truth: Truth) -> float:
    return float((SCORE[~truth] < 0.5).mean())


def turned(truth: Truth, ill: int, healthy: int) -> list[Truth]:
    """Every labelling with at most so many turns of each kind."""
    found = []
    for k in range(ill + 1):
        for m in range(healthy + 1):
            for one in combinations(np.flatnonzero(truth).tolist(), k):
                for other in combinations(np.flatnonzero(~truth).tolist(), m):
                    new = truth.copy()
                    new[list(one + other)] ^= True
                    found.append(new)
    return [new for new in found if new.any() and not new.all()]


@pytest.mark.parametrize("wrong", [(1, 0), (0, 1), (1, 2), (2, 2), (3, 1)])
def test_no_other_labels_are_worse_or_better(wrong: tuple[int, int]) -> None:
    every, called = turned(ILL, *wrong), SCORE >= 0.5
    worst, best = worst_labels(ILL, SCORE, called, wrong), best_labels(ILL, SCORE, called, wrong)
    for measure in (sensitivity, specificity):
        assert measure(worst) == pytest.approx(min(map(measure, every)))
        assert measure(best) == pytest.approx(max(map(measure, every)))


@given(CASES)
@settings(max_examples=40, derandomize=True)
def test_no_other_labels_rank_worse_or_better(drawn: tuple[list[float], int, int]) -> None:
    scores, ill, seed = drawn
    score = np.array(scores)
    truth = np.zeros(score.size, dtype=bool)
    truth[np.random.default_rng(seed).permutation(score.size)[: min(ill, score.size - 1)]] = True
    wrong = (min(2, int(truth.sum())), min(2, int((~truth).sum())))
    areas = [auroc(new, score) for new in turned(truth, *wrong)]
    assert auroc(worst_ranking(truth, score, wrong), score) == pytest.approx(min(areas))
    assert auroc(best_ranking(truth, score, wrong), score) == pytest.approx(max(areas))


def test_without_wrong_labels_nothing_moves() -> None:
    np.testing.assert_array_equal(worst_labels(ILL, SCORE, SCORE >= 0.5, (0, 0)), ILL)
    np.testing.assert_array_equal(worst_ranking(ILL, SCORE, (0, 0)), ILL)


def test_errors_at_random_are_undone() -> None:
    rng = np.random.default_rng(0)
    ill = rng.random(400_000) < 0.3
    score = rng.normal(ill * 1.5, 1)
    label = np.where(rng.random(ill.size) < np.where(ill, 0.1, 0.05), ~ill, ill)
    wrong_ill, wrong_healthy = float((~ill[label]).mean()), float(ill[~label].mean())
    called = score >= 0.75
    assert corrected_auroc(auroc(label, score), wrong_ill, wrong_healthy) == pytest.approx(auroc(ill, score), abs=4e-3)
    hit, cleared = corrected_shares(
        float(called[label].mean()), float((~called[~label]).mean()), wrong_ill, wrong_healthy
    )
    assert (hit, cleared) == pytest.approx((called[ill].mean(), (~called[~ill]).mean()), abs=4e-3)


def test_labels_that_say_nothing_cannot_be_corrected() -> None:
    assert np.isnan(corrected_auroc(0.6, 0.5, 0.5))
    assert np.isnan(corrected_shares(0.6, 0.6, 0.7, 0.3)).all()
