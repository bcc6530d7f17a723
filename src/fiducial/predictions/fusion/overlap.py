"""How far boxes overlap: intersection over union, over the first box alone, and whether its centre lies inside."""

import numpy as np
from numpy.typing import NDArray


def overlap(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union of boxes (..., 2 d) pair by pair, broadcast; lows of all axes first, then highs.

    Every box has an area (a volume for d = 3).
    """
    axes = first.shape[-1] // 2
    shared = _shared(first, second)
    sizes = [(box[..., axes:] - box[..., :axes]).prod(axis=-1) for box in (first, second)]
    return np.asarray(shared / (sizes[0] + sizes[1] - shared), dtype=np.float64)


def overlap_of_own(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of each first box that lies in the second, pair by pair, broadcast; boxes as in :func:`overlap`."""
    axes = first.shape[-1] // 2
    size = (first[..., axes:] - first[..., :axes]).prod(axis=-1)
    return np.asarray(_shared(first, second) / size, dtype=np.float64)


def centre_inside(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether the centre of the first box lies in the second or on its border, pair by pair, broadcast."""
    axes = first.shape[-1] // 2
    centre = (first[..., axes:] + first[..., :axes]) / 2
    return np.asarray(((second[..., :axes] <= centre) & (centre <= second[..., axes:])).all(axis=-1))


def _shared(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    axes = first.shape[-1] // 2
    sides = np.minimum(first[..., axes:], second[..., axes:]) - np.maximum(first[..., :axes], second[..., :axes])
    return np.asarray(np.maximum(sides, 0.0).prod(axis=-1), dtype=np.float64)
