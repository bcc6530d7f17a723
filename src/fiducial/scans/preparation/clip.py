"""Step: clip. Values beyond two ends become the ends, and the range between them 0 to 1 where that is wished."""

from dataclasses import replace
from typing import ClassVar, Self

import numpy as np
from pydantic import BaseModel, Field, model_validator

from fiducial.scans.preparation.contract import SETTINGS, Picture


class Clip(BaseModel):
    """``low`` and ``high`` in the values of the picture: HU in a CT, grey in a radiograph."""

    model_config = SETTINGS
    name: ClassVar[str] = "clip"
    says: ClassVar[str] = "cuts values off at two ends, and scales what is between to 0 to 1 where asked"

    low: float = Field(description="HU or grey")
    high: float = Field(description="HU or grey, above `low`")
    scaled: bool = Field(default=False, description="`low` to `high` becomes 0 to 1")

    @model_validator(mode="after")
    def _ends_in_order(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"low must lie below high; got low = {self.low:g} and high = {self.high:g}")
        return self

    def apply(self, picture: Picture) -> Picture:
        """The same for every channel and slice."""
        pixels = np.clip(picture.pixels, self.low, self.high)
        if self.scaled:
            pixels -= self.low
            pixels /= self.high - self.low
        return replace(picture, pixels=pixels)
