"""Step: windows, one channel each. A CT becomes what a reader sees: brain, blood and bone side by side."""

from dataclasses import replace
from typing import Annotated, ClassVar

import numpy as np
from pydantic import BaseModel, Field, field_validator

from fiducial.errors import UnusableInput
from fiducial.scans.preparation.contract import SETTINGS, Picture
from fiducial.scans.preparation.scaling import scale_into

Width = Annotated[float, Field(gt=1)]


class Window(BaseModel):
    """``windows``: pairs (center, width) in HU; every one becomes a channel from 0 to 1.

    Linear as in DICOM PS3.3 C.11.2.1.2.1: (x - (c - 0.5)) / (w - 1) + 0.5, which is (x - (c - w / 2)) / (w - 1), cut
    off at both ends.
    """

    model_config = SETTINGS
    name: ClassVar[str] = "window"
    says: ClassVar[str] = "cuts HU to one or more windows, each a channel from 0 to 1"

    windows: tuple[tuple[float, Width], ...] = Field(description="pairs [center, width] in HU, width > 1")

    @field_validator("windows")
    @classmethod
    def _at_least_one(cls, windows: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        if not windows:
            raise ValueError("give at least one window")
        return windows

    def apply(self, picture: Picture) -> Picture:
        """One channel a window, every slice alike.

        Raises:
            UnusableInput: the picture has several channels already.
        """
        if len(picture.pixels) != 1:
            raise UnusableInput("has several channels before the step 'window'; make windows the first that adds any")
        shown = np.empty((len(self.windows), *picture.pixels.shape[1:]), np.float32)
        for channel, (center, width) in zip(shown, self.windows, strict=True):
            scale_into(channel, picture.pixels[0], center - width / 2, width - 1)
            np.clip(channel, 0, 1, out=channel)
        return replace(picture, pixels=shown)
