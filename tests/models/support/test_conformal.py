"""Conformal doubt: the true class is in the set as often as promised, in either class, and crepes may be absent."""

import sys

import numpy as np
import numpy.typing as npt
import pytest

from fiducial.errors import CannotJudge, WrongUsage
from fiducial.models.contract import Answer
from fiducial.models.support.conformal import Conformal, fit_conformal
from models.support.laws import keeps_the_score_and_says_why

Drawn = tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]


def drawn(seed: int, count: int, *, prevalence: float = 0.2, apart: float = 2.0) -> Drawn:
    rng = np.random.default_rng(seed)
    truth = rng.random(count) < prevalence
    return truth, 1 / (1 + np.exp(-rng.normal(apart * (truth - 0.5), 1.0)))


def opened(data: Drawn, level: float = 0.1) -> Conformal:
    return Conformal.opened(fit_conformal({"x": data[0]}, {"x": data[1]}), ("x",), level)


def test_the_true_class_is_covered_in_the_ill_and_in_the_healthy() -> None:
    """Mean coverage over calibration sets, each tried on its own patients; the ill are as rare as one in five."""
    covered: dict[bool, list[bool]] = {True: [], False: []}
    for seed in range(40):
        doubt = opened(drawn(seed, 150))
        for ill, score in zip(*drawn(1000 + seed, 60), strict=True):
            covered[bool(ill)].append(doubt.p_values("x", float(score))[0 if ill else 1] > doubt.level)
    for of_class in covered.values():
        slack = 4 * (0.1 * 0.9 / len(of_class)) ** 0.5 + 0.02  # of these draws, and of 40 calibration sets
        assert 0.9 - slack <= np.mean(of_class) <= 0.9 + slack + 1 / 30


def test_p_values_are_ranks_among_the_own_class() -> None:
    truth = np.array([True] * 3 + [False] * 4)
    score = np.array([0.9, 0.8, 0.6, 0.1, 0.2, 0.3, 0.7])
    ill, healthy = opened((truth, score), level=0.4).p_values("x", 0.65)
    assert (ill, healthy) == pytest.approx((2 / 4, 2 / 5))  # one ill, one healthy are as strange, and itself


def test_a_score_between_the_classes_is_doubted_and_kept() -> None:
    doubt = opened(drawn(0, 400, apart=1.0))
    keeps_the_score_and_says_why(doubt, np.zeros(0), 0.5)
    assert "fits both classes" in doubt.weigh(Answer({"x": 0.5}), None).doubts["x"]


def test_a_score_that_neither_class_has_is_doubted() -> None:
    doubt = opened(drawn(0, 400, apart=12.0))
    assert "fits neither class" in doubt.weigh(Answer({"x": 0.5}), None).doubts["x"]


def test_a_clear_score_stands() -> None:
    assert not opened(drawn(0, 400, apart=4.0)).weigh(Answer({"x": 0.97}), None).doubts


def test_a_level_that_the_rarer_class_cannot_tell_is_refused() -> None:
    with pytest.raises(CannotJudge, match=r"calibration studies have x, and a level of 0.01 needs 99"):
        opened(drawn(0, 100), level=0.01)


def test_one_class_alone_is_refused() -> None:
    with pytest.raises(CannotJudge, match="both classes"):
        fit_conformal({"x": np.ones(9, bool)}, {"x": np.linspace(0, 1, 9)})


def test_without_crepes_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "crepes", None)
    with pytest.raises(WrongUsage, match=r'pip install "fiducial\[conformal\]"'):
        opened(drawn(0, 100))
