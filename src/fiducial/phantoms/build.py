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
    """Factors of an average body, and where this one's vertebrae, ribs, gas, liver and aorta lie."""

    stature: float = 1.0  # a factor of all heights
    width: float = 1.0
    depth: float = 1.0
    level: float = 1.0  # a factor of the distance between vertebrae
    level_at: float = 0.0  # mm by which the vertebrae lie lower
    liver: float = 0.0  # mm towards the back
    winding: float = 0.0  # mm to which the aorta winds
    gas: tuple[Pocket, ...] = ()
    ribs: float = 26.0  # mm from one rib to the next
    ribs_at: float = 0.0  # mm by which they lie lower
    slant: float = 0.45  # mm that a rib falls per mm to the front
    aside: float = 0.0  # mm to which the spine bends to the sides
    hollow: float = 0.0  # mm to which its curve from front to back differs from the average
    bend_at: float = 0.0  # where along the spine these lie, in radians
    hips: float = 1.0  # a factor of the width of the pelvis, beside that of the body

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
            float(rng.uniform(23, 29)),
            float(rng.uniform(0, 29)),
            float(rng.uniform(0.3, 0.6)),
            float(rng.uniform(-8, 8)),
            float(rng.uniform(-10, 10)),
            float(rng.uniform(0, 2 * np.pi)),
            float(rng.uniform(0.92, 1.08)),
        )
