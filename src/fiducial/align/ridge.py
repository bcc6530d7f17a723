"""Which slice of one scan looks most like each slice of the other: a line whose slope is the ratio of spacings."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.align.grid import Voxels
from fiducial.align.tissue import Tissues

_LIKE = 0.7  # correlation from which a slice has found its like
_WITHIN = 2.5  # slices from the line
_APART = 15  # slices between the two that draw a line
_DRAWS = 1000
_STEEPEST = 2.0  # no two scans of a body differ more in the distance of their slices
_FEWEST = 10


@dataclass(frozen=True, slots=True)
class Ridge:
    """``likeness`` is (slices of the first, slices of the second); the line is ``second = slope * first + at``.

    ``inliers`` is the share of slices with a like one that lie on the line; 0 where too few have one.
    """

    likeness: NDArray[np.float32]
    slope: float
    at: float
    inliers: float


def ridge(first: Tissues, second: Tissues, seed: int = 0) -> Ridge:
    """Correlate every slice with every slice of the other, bone and everything, and draw the line that most agree with.

    Fischler and Bolles 1981, Commun ACM 24:381-395 (RANSAC), then least squares through the inliers.
    """
    everything = _unit(first.everything) @ _unit(second.everything).T
    likeness = ((everything + _unit(first.bone) @ _unit(second.bone).T) / 2).astype(np.float32)
    place, like = np.arange(len(likeness)), likeness.argmax(axis=1)
    alike = everything[place, like] > _LIKE
    place, like = place[alike], like[alike]
    if place.size < _FEWEST:
        return Ridge(likeness, 0.0, 0.0, 0.0)
    pairs = np.random.default_rng(seed).integers(place.size, size=(_DRAWS, 2))
    one, other = place[pairs[:, 0]], place[pairs[:, 1]]
    apart = np.abs(one - other) >= min(_APART, (place[-1] - place[0]) // 2 + 1)
    if not apart.any():
        return Ridge(likeness, 0.0, 0.0, 0.0)
    at_one, at_other = like[pairs[apart, 0]], like[pairs[apart, 1]]
    slopes = (at_other - at_one) / (other - one)[apart]
    starts = at_one - slopes * one[apart]
    likely = (np.abs(slopes) <= _STEEPEST) & (np.abs(slopes) >= 1 / _STEEPEST)
    if not likely.any():
        return Ridge(likeness, 0.0, 0.0, 0.0)
    slopes, starts = slopes[likely], starts[likely]
    agree = np.abs(slopes[:, None] * place + starts[:, None] - like) <= _WITHIN
    best = agree[agree.sum(axis=1).argmax()]
    slope, at = np.polyfit(place[best], like[best], 1) if best.sum() > 2 else (0.0, 0.0)
    return Ridge(likeness, float(slope), float(at), float(best.mean()))


def _unit(stack: Voxels) -> NDArray[np.float32]:
    rows = stack.reshape(len(stack), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    unit: NDArray[np.float32] = rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-6)
    return unit
