"""How one patient is built, for CT: proportions that differ between people and do not change between scans."""

from dataclasses import dataclass

import numpy as np

_POCKETS = 14


@dataclass(frozen=True, slots=True)
class Pocket:
    """A ball of bowel gas; mm."""

    x: float
    y: float
    z: float
    radius: float


@dataclass(frozen=True, slots=True)
class Build:
    """Factors of an average body, and where this one's vertebrae, gas, liver and aorta lie."""

    stature: float = 1.0  # a factor of all heights
    width: float = 1.0
    depth: float = 1.0
    level: float = 1.0  # a factor of the distance between vertebrae
    level_at: float = 0.0  # mm by which the vertebrae lie lower
    liver: float = 0.0  # mm towards the back
    winding: float = 0.0  # mm to which the aorta winds
    gas: tuple[Pocket, ...] = ()

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Build":
        """An ordinary adult."""
        gas = tuple(
            Pocket(*(float(value) for value in (*rng.uniform(-40, 40, 2), rng.uniform(80, 330), rng.uniform(8, 24))))
            for _ in range(_POCKETS)
        )
        return cls(
            float(rng.uniform(0.9, 1.1) * rng.uniform(0.92, 1.08)),
            float(rng.uniform(0.85, 1.15)),
            float(rng.uniform(0.85, 1.15)),
            float(rng.uniform(0.92, 1.08)),
            float(rng.uniform(0, 30)),
            float(rng.uniform(-15, 15)),
            float(rng.uniform(-8, 8)),
            gas,
        )
