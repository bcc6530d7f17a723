"""Step: normalise. Values less a mean, in standard deviations: of the data set, of ImageNet or of the image itself."""

from dataclasses import replace
from typing import ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field, PositiveFloat, model_validator

from fiducial.errors import UnusableInput
from fiducial.scans.preparation.contract import SETTINGS, Picture
from fiducial.scans.preparation.scaling import scale_into

Levels = tuple[float, float]  # mean, standard deviation

# Of RGB from 0 to 1, as torchvision's and timm's weights expect it.
_IMAGENET = ((0.485, 0.229), (0.456, 0.224), (0.406, 0.225))


class Normalise(BaseModel):
    """``of``: whose mean and standard deviation; those of a data set are given, one for all channels or one each."""

    model_config = SETTINGS
    name: ClassVar[str] = "normalise"
    says: ClassVar[str] = "subtracts a mean and divides by a standard deviation"

    of: Literal["data", "imagenet", "image"] = Field(
        default="data", description="`data` (give `mean` and `std`), `imagenet` (3 channels from 0 to 1) or `image`"
    )
    mean: tuple[float, ...] | None = Field(default=None, description="one, or one a channel")
    std: tuple[PositiveFloat, ...] | None = Field(default=None, description="as many as `mean`, above 0")

    @model_validator(mode="after")
    def _numbers_where_needed(self) -> Self:
        if self.of != "data" and (self.mean or self.std):
            raise ValueError(f'of = "{self.of}" brings its own mean and std; leave those out')
        if self.of == "data" and (not self.mean or not self.std or len(self.mean) != len(self.std)):
            raise ValueError("give mean and std of the data set, with as many numbers each")
        return self

    def apply(self, picture: Picture) -> Picture:
        """One mean and one standard deviation a channel, over all of its slices.

        Raises:
            UnusableInput: another number of channels than means; a channel of one value with ``of = "image"``.
        """
        pixels = np.empty(picture.pixels.shape, np.float32)
        for into, values, (mean, std) in zip(pixels, picture.pixels, self._levels(picture), strict=True):
            scale_into(into, values, mean, std)
        return replace(picture, pixels=pixels)

    def _levels(self, picture: Picture) -> tuple[Levels, ...]:
        if self.of == "image":
            return tuple(_own_levels(values) for values in picture.pixels)
        channels = len(picture.pixels)
        levels = _IMAGENET if self.of == "imagenet" else tuple(zip(self.mean or (), self.std or (), strict=True))
        if len(levels) == 1:
            return levels * channels
        if len(levels) != channels:
            raise UnusableInput(
                f"has {channels} of the {len(levels)} channels that the step 'normalise' has means for; "
                "make as many with 'window' or 'channels' before it"
            )
        return levels


def _own_levels(values: npt.NDArray[np.float32]) -> Levels:
    """In float64, and slice by slice: a long series is never copied whole."""
    mean = float(np.mean([plane.mean(dtype=np.float64) for plane in values]))
    spread = float(np.sqrt(np.mean([np.square(plane - mean, dtype=np.float64).mean() for plane in values])))
    if not spread:
        raise UnusableInput(f"is flat ({mean:g} throughout), so 'normalise' of the image has no spread to divide by")
    return mean, spread
