"""Augmenter: shift, down or up and to a side."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, Field

from fiducial.learn.augmenters.contract import SETTINGS, Plane


@dataclass(frozen=True, slots=True)
class Shifted:
    """Shares of rows and columns by which the picture moves down and to the right."""

    down: float
    right: float

    def apply(self, picture: Plane) -> Plane:
        """In whole pixels; what comes in repeats the border."""
        rows, columns = picture.shape[1:]
        from_rows = np.clip(np.arange(rows) - round(self.down * rows), 0, rows - 1)
        from_columns = np.clip(np.arange(columns) - round(self.right * columns), 0, columns - 1)
        return np.ascontiguousarray(picture[:, from_rows][:, :, from_columns])


class Shift(BaseModel):
    """``share``: of the side, at most, in each direction."""

    model_config = SETTINGS
    name: ClassVar[str] = "shift"
    says: ClassVar[str] = "moves the picture in its frame"

    share: float = Field(gt=0, le=0.5, description="of the side, at most, in each direction")
    probability: float = Field(default=1.0, gt=0, le=1)

    def draw(self, rng: np.random.Generator) -> Shifted | None:
        """Two shares."""
        down, right = (float(one) for one in rng.uniform(-self.share, self.share, 2))
        return Shifted(down, right) if rng.random() < self.probability else None
