"""Augmenter: rotation about the middle, by an angle drawn evenly."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, Field
from scipy.ndimage import rotate

from fiducial.learn.augmenters.contract import SETTINGS, Plane


@dataclass(frozen=True, slots=True)
class Rotated:
    """``degrees``: counter-clockwise."""

    degrees: float

    def apply(self, picture: Plane) -> Plane:
        """Linear between pixels; the corners repeat the border."""
        turned = rotate(picture, self.degrees, axes=(2, 1), reshape=False, order=1, mode="nearest")
        return np.asarray(turned, np.float32)


class Rotation(BaseModel):
    """``degrees``: at most, to either side."""

    model_config = SETTINGS
    name: ClassVar[str] = "rotation"
    says: ClassVar[str] = "turns the picture about its middle"

    degrees: float = Field(gt=0, le=180, description="at most, to either side")
    probability: float = Field(default=1.0, gt=0, le=1)

    def draw(self, rng: np.random.Generator) -> Rotated | None:
        """An angle."""
        degrees = float(rng.uniform(-self.degrees, self.degrees))
        return Rotated(degrees) if rng.random() < self.probability else None
