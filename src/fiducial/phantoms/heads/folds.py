"""The folds of the cortex: sheets on which smooth noise is zero, by how far away each point is from the next one."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from fiducial.phantoms.heads.points import Plane, Points

_STEP = 2.5  # mm between the nodes of the lattice
_NODES = 80  # a side: 200 mm
_COARSE = 1.4  # mm: a mottle is looked up as far apart, and interpolated
_SULCI, _TEXTURE = 4.6, 2.2  # mm: over which the noise is smoothed


@dataclass(frozen=True, slots=True)
class Folds:
    """Two lattices (z, y, x): mm from the nearest sulcus, and a mottle with deviation 1."""

    distance: NDArray[np.float32]
    mottle: NDArray[np.float32]

    def sulcus(self, points: Points) -> Plane:
        """Mm to the middle of the nearest sulcus."""
        return np.abs(_at(self.distance, points))

    def texture(self, points: Points, stretch: float = 1.0) -> Plane:
        """Mottle around 0 with deviation 1 or less; ``stretch`` below 1 makes it coarser."""
        pixel = float(np.hypot(points.x[0, 1] - points.x[0, 0], points.y[0, 1] - points.y[0, 0]))
        every = max(1, int(_COARSE / stretch / max(pixel, 0.1)))
        if every == 1:
            return _at(self.mottle, points, stretch)
        axes = [axis[::every, ::every] for axis in (points.x, points.y, points.z, points.level)]
        return _spread(_at(self.mottle, Points(*axes), stretch), points.x.shape, every)


@lru_cache(maxsize=8)
def folds_of(seed: int) -> Folds:
    """The folds of one head."""
    rng = np.random.default_rng(seed)
    noise = _smooth(rng, _SULCI)
    steepness = np.sqrt(sum(slope**2 for slope in np.gradient(noise, _STEP)))
    distance = np.clip(noise / np.maximum(steepness, np.float32(0.35 / _SULCI)), -20, 20)
    return Folds(distance.astype(np.float32), _smooth(rng, _TEXTURE))


def _smooth(rng: np.random.Generator, mm: float) -> NDArray[np.float32]:
    white = rng.standard_normal((_NODES, _NODES, _NODES)).astype(np.float32)
    smooth: NDArray[np.float32] = ndimage.gaussian_filter(white, mm / _STEP, mode="wrap")
    even: NDArray[np.float32] = smooth / smooth.std()
    return even


def _spread(few: Plane, shape: tuple[int, ...], every: int) -> Plane:
    """Every pixel from every few, linearly; beyond the last one its value goes on."""
    for axis, length in enumerate(shape):
        at = np.minimum(np.arange(length) / every, few.shape[axis] - 1)
        first = at.astype(int)
        share = (at - first).astype(np.float32).reshape((-1, 1) if axis == 0 else (1, -1))
        low, high = (np.take(few, np.minimum(first + step, few.shape[axis] - 1), axis) for step in (0, 1))
        few = low + share * (high - low)
    return few


def _at(lattice: NDArray[np.float32], points: Points, stretch: float = 1.0) -> Plane:
    places = [axis * np.float32(stretch / _STEP) + np.float32(_NODES / 2) for axis in (points.z, points.y, points.x)]
    found: Plane = ndimage.map_coordinates(lattice, places, order=1, mode="grid-wrap", output=np.float32)
    return found
