"""Intersection over union."""

import numpy as np
from numpy.typing import NDArray


def overlap(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union of boxes (..., 2 d) pair by pair, broadcast; lows of all axes first, then highs.

    Every box has an area (a volume for d = 3).
    """
    axes = first.shape[-1] // 2
    sides = np.minimum(first[..., axes:], second[..., axes:]) - np.maximum(first[..., :axes], second[..., :axes])
    shared = np.maximum(sides, 0.0).prod(axis=-1)
    sizes = [(box[..., axes:] - box[..., :axes]).prod(axis=-1) for box in (first, second)]
    return np.asarray(shared / (sizes[0] + sizes[1] - shared), dtype=np.float64)
