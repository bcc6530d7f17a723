"""Augmenter: intensity. Contrast and brightness, in the units of the prepared picture."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, Field

from fiducial.learn.augmenters.contract import SETTINGS, Plane


@dataclass(frozen=True, slots=True)
class Brightened:
    """``values * gain + offset``."""

    gain: float
    offset: float

    def apply(self, picture: Plane) -> Plane:
        """Every channel alike."""
        return picture * np.float32(self.gain) + np.float32(self.offset)


class Intensity(BaseModel):
    """Both are standard deviations of what is drawn: ``gain`` about 1, ``offset`` about 0."""

    model_config = SETTINGS
    name: ClassVar[str] = "intensity"
    says: ClassVar[str] = "changes contrast and brightness"

    gain: float = Field(default=0.1, ge=0, le=1, description="standard deviation of the factor about 1")
    offset: float = Field(default=0.1, ge=0, description="standard deviation of the shift, in prepared values")
    probability: float = Field(default=1.0, gt=0, le=1)

    def draw(self, rng: np.random.Generator) -> Brightened | None:
        """A factor and a shift."""
        gain, offset = 1 + self.gain * rng.standard_normal(), self.offset * rng.standard_normal()
        return Brightened(float(gain), float(offset)) if rng.random() < self.probability else None
