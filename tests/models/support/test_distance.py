"""Distances from the training data: what is like it is answered at the promised rate, what is not is not."""

import numpy as np
import pytest
from scipy.spatial.distance import mahalanobis

from fiducial.errors import CannotJudge, UnusableInput
from fiducial.models.contract import Answer
from fiducial.models.support.distance import Distance, fit_distance
from models.support.laws import keeps_the_score_and_says_why, rows, share_abstained

KINDS = pytest.mark.parametrize("kind", ["mahalanobis", "nearest"])


def opened(kind: str, level: float = 0.05, held_out: int = 400) -> Distance:
    return Distance.opened(kind, fit_distance(kind, rows(1, 600), rows(2, held_out)), level)


@KINDS
def test_as_many_like_the_training_data_are_refused_as_the_level_says(kind: str) -> None:
    # The share beyond a limit from 400 is beta(80.2, 320.8), and 1,000 are drawn: four standard deviations are 0.095.
    assert share_abstained(opened(kind, level=0.2), rows(3, 1000)) == pytest.approx(0.2, abs=0.095)


@KINDS
def test_what_lies_far_away_is_refused_with_its_score(kind: str) -> None:
    far = rows(4, 50, away=40.0)
    assert share_abstained(opened(kind), far) == 1.0
    keeps_the_score_and_says_why(opened(kind), far[0], 0.9)


@KINDS
def test_the_limit_is_the_quantile_that_promises_the_level(kind: str) -> None:
    doubt = opened(kind, level=0.25, held_out=10)
    assert doubt.limit == doubt.held_out[8]  # ceil(11 x 0.75) = 9th of 10


@KINDS
def test_the_same_rows_give_the_same_bytes(kind: str) -> None:
    one, other = (fit_distance(kind, rows(1, 60), rows(2, 30)) for _ in range(2))
    assert {name: a.tobytes() for name, a in one.items()} == {name: a.tobytes() for name, a in other.items()}


def test_the_distance_is_that_of_mahalanobis() -> None:
    arrays = fit_distance("mahalanobis", rows(1, 600), rows(2, 30))
    standard = [(one - arrays["centre"]) / arrays["scale"] for one in rows(2, 30)]
    expected = sorted(mahalanobis(one, np.zeros(6), arrays["precision"]) for one in standard)
    assert np.allclose(arrays["held_out"], expected)


@KINDS
def test_too_few_held_out_for_the_level_are_refused_with_the_level_that_they_allow(kind: str) -> None:
    with pytest.raises(CannotJudge, match=r"30 distances .* needs 99; hold more out, or set support.level to 0.032"):
        opened(kind, level=0.01, held_out=30)


@KINDS
def test_another_width_is_a_reason(kind: str) -> None:
    with pytest.raises(UnusableInput, match="gives 4 numbers to compare and the bundle's statistics hold 6"):
        opened(kind).weigh(Answer({"x": 0.9}), np.zeros(4))


@KINDS
def test_nothing_is_fitted_on_nan_or_on_nobody(kind: str) -> None:
    with pytest.raises(UnusableInput, match="NaN"):
        fit_distance(kind, np.full((9, 2), np.nan), np.zeros((9, 2)))
    with pytest.raises(CannotJudge, match="got 9 and 0"):
        fit_distance(kind, np.zeros((9, 2)), np.zeros((0, 2)))


@KINDS
def test_nan_is_no_distance(kind: str) -> None:
    with pytest.raises(UnusableInput, match="hold NaN or infinity"):
        opened(kind).weigh(Answer({"x": 0.5}), np.full_like(rows(1, 1)[0], np.nan))
