"""Where the pixels of a slice lie in a head: the pose of the head on its rest, and the tilt of the gantry."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Plane: TypeAlias = NDArray[np.floating[Any]]  # (rows, columns), float32 wherever it is kept


@dataclass(frozen=True, slots=True)
class Points:
    """A thin section in the head's own frame in mm: x to its left, y to the back, z upwards; ``level`` is downwards.

    0, 0, 0 is the middle of the brain, between the foramina of Monro. ``level`` grows the way a fluid sinks.
    """

    x: Plane
    y: Plane
    z: Plane
    level: Plane


@dataclass(frozen=True, slots=True)
class HeadPose:
    """How the head lay: turns in degrees, then a shift in mm, in the scanner's frame (LPS)."""

    nod: float = 0.0  # chin to chest is positive
    roll: float = 0.0  # to the left shoulder
    turn: float = 0.0  # the nose to the left
    left: float = 0.0
    back: float = 0.0

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "HeadPose":
        """As heads lie in a rest: seldom straight."""
        nod, roll, turn, left, back = (float(rng.normal(0, spread)) for spread in (4, 2.5, 3, 4, 4))
        return cls(nod, roll, turn, left, back)

    def points(self, x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]) -> Points:
        """The head's coordinates of places in the scanner's frame, which broadcast against one another."""
        nod, roll, turn = np.deg2rad((self.nod, self.roll, self.turn))
        x, y, z = np.broadcast_arrays(x - self.left, y - self.back, z)
        x, y = np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x
        x, z = np.cos(roll) * x + np.sin(roll) * z, np.cos(roll) * z - np.sin(roll) * x
        y, z = np.cos(nod) * y + np.sin(nod) * z, np.cos(nod) * z - np.sin(nod) * y
        down = np.cos(nod) * y - np.sin(nod) * z
        return Points(*(np.ascontiguousarray(axis, dtype=np.float32) for axis in (x, y, z, down)))
