"""Step: channels. One picture for a network that wants several: repeated, or with the slices above and below."""

from dataclasses import replace
from typing import ClassVar, Self

import numpy as np
from pydantic import BaseModel, Field, model_validator

from fiducial.errors import UnusableInput
from fiducial.scans.preparation.contract import SETTINGS, Picture, Pixels


class Channels(BaseModel):
    """Either ``repeat`` or ``neighbours``."""

    model_config = SETTINGS
    name: ClassVar[str] = "channels"
    says: ClassVar[str] = "repeats the one channel, or stacks the slices beside each slice as channels"

    repeat: int | None = Field(default=None, ge=2, le=64, description="channels in all, 2 to 64")
    neighbours: int | None = Field(
        default=None, ge=1, le=32, description="slices on either side, 1 to 32; beyond the ends the last repeats"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.repeat is None) == (self.neighbours is None):
            raise ValueError("give either repeat or neighbours, and not both")
        return self

    def apply(self, picture: Picture) -> Picture:
        """As many slices as before. Neighbours: all channels of slice -k come first, those of slice +k last.

        Raises:
            UnusableInput: several channels to repeat, or one slice without neighbours.
        """
        pixels = self._repeated(picture.pixels) if self.repeat else self._stacked(picture.pixels)
        return replace(picture, pixels=pixels)

    def _repeated(self, pixels: Pixels) -> Pixels:
        if len(pixels) != 1:
            raise UnusableInput(f"has {len(pixels)} channels, and the step 'channels' repeats one; leave it out")
        return np.broadcast_to(pixels, (self.repeat or 1, *pixels.shape[1:]))  # one copy in memory, seen several times

    def _stacked(self, pixels: Pixels) -> Pixels:
        count, slices = pixels.shape[:2]
        if slices == 1:
            raise UnusableInput("has one slice, and the step 'channels' stacks neighbours; name the whole series")
        reach = self.neighbours or 0
        stacked = np.empty((count * (2 * reach + 1), *pixels.shape[1:]), np.float32)
        for block, away in enumerate(range(-reach, reach + 1)):
            there = stacked[block * count : (block + 1) * count]
            np.take(pixels, np.arange(slices) + away, axis=1, out=there, mode="clip")
        return stacked
