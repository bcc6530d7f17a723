"""Augmenter: crop. A part of the picture at the size of the whole."""

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, Field
from scipy.ndimage import map_coordinates

from fiducial.learn.augmenters.contract import SETTINGS, Plane


@dataclass(frozen=True, slots=True)
class Cropped:
    """``down``, ``right``: where the part begins, ``rows``, ``columns``: how far it reaches; shares of the sides."""

    down: float
    right: float
    rows: float
    columns: float

    def apply(self, picture: Plane) -> Plane:
        """Linear between pixels; pixels are the middles of what they cover."""
        sides = zip(picture.shape[1:], (self.down, self.right), (self.rows, self.columns), strict=True)
        axes = [(begin + (np.arange(side) + 0.5) / side * part) * side - 0.5 for side, begin, part in sides]
        places = np.meshgrid(*axes, indexing="ij")
        return np.stack([map_coordinates(channel, places, np.float32, order=1, mode="nearest") for channel in picture])


class Crop(BaseModel):
    """``area``: of the part, at least, as a share of the whole; its sides differ by ``stretch`` at most."""

    model_config = SETTINGS
    name: ClassVar[str] = "crop"
    says: ClassVar[str] = "shows a part of the picture at the size of the whole"

    area: float = Field(gt=0, le=1, description="of the part, at least, as a share of the picture's")
    stretch: float = Field(default=4 / 3, ge=1, description="one side's share over the other's, at most")
    probability: float = Field(default=1.0, gt=0, le=1)

    def draw(self, rng: np.random.Generator) -> Cropped | None:
        """An area, a form that it allows, and a place."""
        area = rng.uniform(self.area, 1)
        reach = min(log(self.stretch), -log(area))  # a longer side would leave the picture
        form = exp(rng.uniform(-reach, reach))
        rows, columns = sqrt(area * form), sqrt(area / form)
        down, right = rng.uniform(0, 1 - rows), rng.uniform(0, 1 - columns)
        found = Cropped(float(down), float(right), float(rows), float(columns))
        return found if rng.random() < self.probability else None
