"""Step: windows, one channel each. A CT becomes what a reader sees: brain, blood and bone side by side."""

from typing import ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from fiducial.errors import UnusableInput
from fiducial.scans.preparation.contract import Picture


class Window(BaseModel):
    """``windows``: pairs (center, width) in HU; every one becomes a channel from 0 to 1.

    Linear as in DICOM PS3.3 C.11.2.1.2.1: ((x - (c - 0.5)) / (w - 1) + 0.5), cut off at both ends.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: ClassVar[str] = "window"
    says: ClassVar[str] = "cuts HU to one or more windows, each a channel from 0 to 1"

    windows: tuple[tuple[float, float], ...] = Field(min_length=1)

    def apply(self, picture: Picture) -> Picture:
        """One channel a window.

        Raises:
            UnusableInput: the picture has several channels already.
        """
        if len(picture.pixels) != 1:
            raise UnusableInput("has several channels before the step 'window'; make windows the first that adds any")
        values = picture.pixels[0]
        shown = [np.clip((values - (center - 0.5)) / (width - 1) + 0.5, 0, 1) for center, width in self.windows]
        return Picture(
            np.stack(shown).astype(np.float32, copy=False),
            picture.spacing,
            picture.source,
            picture.header,
            picture.placement,
        )
