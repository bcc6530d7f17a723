"""The laws of every kind of doubt, and data from two normal distributions to try them on."""

import numpy as np
import numpy.typing as npt

from fiducial.models.contract import Answer
from fiducial.models.support.contract import Doubt

Rows = npt.NDArray[np.float64]


def rows(seed: int, count: int, *, away: float = 0.0, width: int = 6) -> Rows:
    """Correlated features, one of them constant, ``away`` from the training data in every other."""
    rng = np.random.default_rng(seed)
    mixed = rng.normal(size=(count, width)) @ np.random.default_rng(0).normal(size=(width, width)) + away
    mixed[:, -1] = 7.0
    return mixed


def share_abstained(doubt: Doubt, seen: Rows) -> float:
    """Of answers with a score of 0.9."""
    weighed = [doubt.weigh(Answer({"x": 0.9}), one) for one in seen]
    return float(np.mean([one.abstained for one in weighed]))


def keeps_the_score_and_says_why(doubt: Doubt, vector: Rows, score: float) -> None:
    """Taken back, an answer holds what it held."""
    weighed = doubt.weigh(Answer({"x": score}), vector)
    assert weighed.scores == {"x": score}
    assert weighed.reason or weighed.doubts
    assert "level" in str(weighed.reason or weighed.doubts["x"])
