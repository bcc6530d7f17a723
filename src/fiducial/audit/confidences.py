"""How sure a model is of its call: what abstention by confidence and the look at its errors go by."""

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.case import Decisions


def sureness(decisions: Decisions) -> NDArray[np.float64]:
    """From 0.5 at the threshold to 1 at a score of 0 or 1, (n,); at a threshold of 0.5 it is ``max(p, 1 - p)``.

    At another threshold both sides are stretched to the same scale: a score just above a threshold of 0.05 is no sure
    call, though ``1 - p`` is 0.95.
    """
    return sureness_of(decisions.score, decisions.threshold)


def sureness_of(score: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """The same of scores, (n,), and one threshold."""
    side = np.where(score >= threshold, 1 - threshold, threshold)
    return np.asarray(0.5 + 0.5 * np.abs(score - threshold) / np.where(side > 0, side, 1.0), dtype=np.float64)
