"""Step: skull-strip. What lies inside the skull of a head CT, by HU alone: no weights, and nothing learned."""

from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, Field

from fiducial.errors import UnusableInput
from fiducial.scans.preparation.contract import SETTINGS, Picture
from fiducial.scans.skull import AIR_HU, BONE_HU, GAP_MM, inside_skull


class SkullStrip(BaseModel):
    """Only what :func:`fiducial.scans.skull.inside_skull` finds is kept; it says what it cannot do."""

    model_config = SETTINGS
    name: ClassVar[str] = "skull-strip"
    says: ClassVar[str] = "keeps what lies inside the skull of a head CT, by HU"

    bone: float = Field(default=BONE_HU, ge=100, le=1000, description="HU above which bone lies, 100 to 1000")
    gap: float = Field(
        default=GAP_MM,
        ge=0,
        le=30,
        description="mm, 0 to 30: gaps in the skull that are closed; twice as wide ones where nothing else is",
    )
    outside: float = Field(default=AIR_HU, description="HU of everything outside")

    def apply(self, picture: Picture) -> Picture:
        """The skull is closed in each slice; slices that show no brain hold ``outside`` alone.

        Raises:
            UnusableInput: several channels, no spacing, or no closed skull in any slice.
        """
        if len(picture.pixels) != 1:
            raise UnusableInput("has several channels at the step 'skull-strip'; put it before 'window'")
        if picture.spacing is None:
            raise UnusableInput("has no spacing in mm, which the step 'skull-strip' needs; export the series anew")
        try:
            inside = inside_skull(picture.pixels[0], picture.spacing[1:], bone=self.bone, gap=self.gap)
        except UnusableInput as told:
            raise UnusableInput(
                f"{told} at the step 'skull-strip'; it must be a head CT in HU, before 'window' and 'clip'"
            ) from told
        pixels = np.where(inside, picture.pixels, np.float32(self.outside))
        return replace(picture, pixels=pixels)
