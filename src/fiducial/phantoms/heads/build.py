"""How one head is built: what differs between people and stays the same from one scan to the next."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class HeadBuild:
    """Half axes of the cranial cavity and thicknesses in mm; ``atrophy`` is 0 in the young and 1 in the very old."""

    across: float = 66.0
    along: float = 82.0
    above: float = 72.0  # from the middle of the brain to the inner table at the vertex
    skull: float = 6.5
    scalp: float = 5.5
    atrophy: float = 0.3
    sinus: float = 1.0  # a factor of the frontal sinus; 0 has none
    lean: float = 0.0  # by which the left half is wider than the right, as a share
    folds: int = 0  # seeds the sulci

    @classmethod
    def draw(cls, rng: np.random.Generator, *, age: int, sex: str) -> "HeadBuild":
        """An adult head; women's are about 4% smaller, brains lose volume with age."""
        size = (1.0 if sex == "M" else 0.96) * float(np.clip(rng.normal(1, 0.03), 0.93, 1.07))
        return cls(
            across=66 * size * float(rng.uniform(0.95, 1.05)),
            along=82 * size * float(rng.uniform(0.96, 1.04)),
            above=72 * size,
            skull=float(np.clip(rng.normal(6.5, 0.8), 4.8, 8.5)),
            scalp=float(np.clip(rng.normal(5.5, 1.2), 3.5, 9.0)),
            atrophy=float(np.clip((age - 30) / 65 + rng.normal(0, 0.12), 0.05, 1.0)),
            sinus=float(rng.choice([0.0, 0.7, 1.0, 1.25], p=[0.08, 0.3, 0.42, 0.2])),
            lean=float(rng.normal(0, 0.01)),
            folds=int(rng.integers(2**31)),
        )
