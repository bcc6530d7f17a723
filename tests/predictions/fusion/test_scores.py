"""Scores of several models become one; whoever did not answer is no vote."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit

from fiducial.predictions.fusion.scores import AtLeast, GeometricMean, Highest, LogitMean, Mean, ScoreFuser, Stacked
from fiducial.predictions.fusion.stacking import fit_stack

NAN = np.nan
ONES = np.ones(3)
AVERAGES: list[ScoreFuser] = [Mean(), GeometricMean(), LogitMean(), Highest()]
FUSERS: list[ScoreFuser] = [*AVERAGES, AtLeast(2, (0.5, 0.3, 0.7)), Stacked(-0.2, (0.5, 0.0, 1.0))]
SCORES = arrays(np.float64, (5, 3), elements=st.one_of(st.floats(0, 1), st.just(NAN)))


@pytest.mark.parametrize("fuser", FUSERS, ids=lambda fuser: fuser.name)
@given(scores=SCORES)
def test_a_score_lies_from_0_to_1_or_is_unknown(fuser: ScoreFuser, scores: np.ndarray) -> None:
    found = fuser.fuse(scores, ONES)
    assert (np.isnan(found) | ((found >= 0) & (found <= 1 + 1e-12))).all()


@pytest.mark.parametrize("fuser", FUSERS, ids=lambda fuser: fuser.name)
@given(scores=SCORES, up=st.floats(0, 1))
def test_a_higher_score_of_any_model_never_lowers_the_whole(fuser: ScoreFuser, scores: np.ndarray, up: float) -> None:
    raised = scores.copy()
    raised[:, 0] += up * (1 - raised[:, 0])
    one, other = fuser.fuse(scores, ONES), fuser.fuse(raised, ONES)
    both = ~np.isnan(one) & ~np.isnan(other)
    assert (other[both] >= one[both] - 1e-9).all()


@pytest.mark.parametrize("fuser", AVERAGES, ids=lambda fuser: fuser.name)
@given(scores=SCORES, order=st.permutations(range(3)))
def test_the_order_of_the_models_does_not_matter(fuser: ScoreFuser, scores: np.ndarray, order: list[int]) -> None:
    weights = np.array([1.0, 2.0, 0.5])
    np.testing.assert_allclose(fuser.fuse(scores, weights), fuser.fuse(scores[:, order], weights[order]), atol=1e-12)


@pytest.mark.parametrize("fuser", AVERAGES, ids=lambda fuser: fuser.name)
@given(score=st.floats(0.01, 0.99))
def test_models_that_agree_are_believed(fuser: ScoreFuser, score: float) -> None:
    np.testing.assert_allclose(fuser.fuse(np.full((1, 3), score), ONES), score)


@pytest.mark.parametrize(
    ("fuser", "expected"),
    [(Mean(), 0.5), (GeometricMean(), 0.4), (LogitMean(), expit(np.log(1 / 4 * 4) / 2)), (Highest(), 0.8)],
    ids=lambda one: getattr(one, "name", ""),
)
def test_two_scores_become_one(fuser: ScoreFuser, expected: float) -> None:
    np.testing.assert_allclose(fuser.fuse(np.array([[0.2, 0.8]]), np.ones(2)), expected)


@pytest.mark.parametrize("fuser", AVERAGES, ids=lambda fuser: fuser.name)
def test_a_model_that_did_not_answer_does_not_halve_the_score(fuser: ScoreFuser) -> None:
    np.testing.assert_allclose(fuser.fuse(np.array([[0.8, NAN, 0.8]]), ONES), 0.8)
    assert np.isnan(fuser.fuse(np.array([[NAN, NAN, NAN]]), ONES)).all()
    assert np.isnan(fuser.fuse(np.array([[NAN, 0.3, NAN]]), np.array([1.0, 0.0, 1.0]))).all()


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([0.9, 0.9, 0.1], 0.9),  # the second highest
        ([0.9, 0.2, 0.1], 0.2),
        ([0.9, 0.7, NAN], 0.7),  # two are positive, whatever the third would say
        ([0.2, 0.1, NAN], 0.2),  # one at most can be
        ([0.9, 0.1, NAN], NAN),  # the third decides
    ],
)
def test_two_of_three_are_known_as_soon_as_the_third_cannot_turn_them(scores: list[float], expected: float) -> None:
    found = AtLeast(2, (0.5, 0.5, 0.5)).fuse(np.array([scores]), ONES)
    np.testing.assert_allclose(found, expected)


def test_every_model_is_counted_at_its_own_threshold() -> None:
    either = AtLeast(1, (0.9, 0.1))
    found = either.fuse(np.array([[0.8, 0.05], [0.8, 0.2], [0.95, 0.0]]), np.ones(2))
    assert (found >= 0.5).tolist() == [False, True, True]


def test_a_stack_finds_what_each_model_is_worth() -> None:
    rng = np.random.default_rng(0)
    evidence = rng.normal(size=(20_000, 3))
    truth = rng.random(20_000) < expit(-1 + evidence @ [1.5, 0.5, 0.0])
    found = fit_stack(truth, expit(evidence))
    np.testing.assert_allclose([found.intercept, *found.slopes], [-1, 1.5, 0.5, 0.0], atol=0.06)


def test_an_alarm_never_lowers_the_score_of_a_stack() -> None:
    rng = np.random.default_rng(1)
    evidence = rng.normal(size=(2000, 2))
    truth = rng.random(2000) < expit(evidence @ [2.0, -1.0])
    assert fit_stack(truth, expit(evidence)).slopes[1] == 0.0


def test_a_stack_of_few_is_refused() -> None:
    with pytest.raises(ValueError, match="20 ill and 20 healthy rows with every score; got 3 and 7"):
        fit_stack(np.arange(10) < 3, np.full((10, 2), 0.5))
