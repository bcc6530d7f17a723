"""Augmenter: flip, left for right. Wrong where sides matter: a mirrored chest has its heart on the right."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, Field

from fiducial.learn.augmenters.contract import SETTINGS, Plane


@dataclass(frozen=True, slots=True)
class Flipped:
    """Left for right."""

    def apply(self, picture: Plane) -> Plane:
        """The columns in reverse."""
        return np.ascontiguousarray(picture[:, :, ::-1])


class Flip(BaseModel):
    """``probability``: of the mirror image."""

    model_config = SETTINGS
    name: ClassVar[str] = "flip"
    says: ClassVar[str] = "mirrors left for right"

    probability: float = Field(default=0.5, gt=0, le=1)

    def draw(self, rng: np.random.Generator) -> Flipped | None:
        """Mirrored or not."""
        return Flipped() if rng.random() < self.probability else None
