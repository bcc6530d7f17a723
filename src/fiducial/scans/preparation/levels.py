"""Step: levels. Two percentiles of the picture itself become 0 and 1: for radiographs, whose grey has no unit."""

from dataclasses import replace
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field, model_validator

from fiducial.errors import UnusableInput
from fiducial.scans.preparation.contract import SETTINGS, Picture
from fiducial.scans.preparation.scaling import scale_into

_LOOKED_AT = 2**24  # pixels of a channel: any radiograph whole; of a larger volume, slices evenly spread


class Levels(BaseModel):
    """``low`` and ``high``: percentiles (linear between neighbours) of a channel over all of its slices.

    Of a channel with more than 16.8 million pixels, evenly spread slices are looked at.
    """

    model_config = SETTINGS
    name: ClassVar[str] = "levels"
    says: ClassVar[str] = "brings two percentiles of each channel to 0 and 1 and cuts off beyond"

    low: float = Field(default=1.0, ge=0, le=100, description="percentile, 0 to 100")
    high: float = Field(default=99.0, ge=0, le=100, description="percentile, 0 to 100, above `low`")

    @model_validator(mode="after")
    def _ends_in_order(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"low must lie below high; got low = {self.low:g} and high = {self.high:g}")
        return self

    def apply(self, picture: Picture) -> Picture:
        """One pair of levels a channel, so that slices keep their brightness to each other.

        Raises:
            UnusableInput: both percentiles are one value, so that nothing would be left to see.
        """
        shown = np.empty(picture.pixels.shape, np.float32)
        for channel, values in zip(shown, picture.pixels, strict=True):
            low, high = self._of(values)
            scale_into(channel, values, low, high - low)
            np.clip(channel, 0, 1, out=channel)
        return replace(picture, pixels=shown)

    def _of(self, values: npt.NDArray[np.float32]) -> tuple[float, float]:
        looked_at = values[:: -(-values.size // _LOOKED_AT)]
        low, high = (float(one) for one in np.percentile(looked_at, (self.low, self.high)))
        if low == high:
            raise UnusableInput(
                f"is flat: its percentiles {self.low:g} and {self.high:g} are both {low:g} at the step 'levels'; "
                "leave out empty exposures, or crop an empty border first"
            )
        return low, high
