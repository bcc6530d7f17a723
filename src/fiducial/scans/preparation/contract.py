"""What every step of a preparation is, and the picture that goes through them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
from pydantic import ConfigDict

Pixels: TypeAlias = npt.NDArray[np.float32]  # (channels, slices, rows, columns)

SETTINGS = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)  # of every built-in step


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture lies in the image it was made from: source = ``offset`` + ``scale`` * own, in pixels.

    Both are (y, x). Pixel i covers i to i + 1 in either, so that boxes and maps can be laid back. ``through`` is
    (offset, scale) across slices, which only a resampling along z changes.
    """

    offset: tuple[float, float] = (0.0, 0.0)
    scale: tuple[float, float] = (1.0, 1.0)
    through: tuple[float, float] = (0.0, 1.0)

    def within(self, offset: tuple[float, float], scale: tuple[float, float]) -> "Placement":
        """The placement of a picture that was cut or resized in the plane out of the one placed here."""
        return replace(
            self,
            offset=(self.offset[0] + self.scale[0] * offset[0], self.offset[1] + self.scale[1] * offset[1]),
            scale=(self.scale[0] * scale[0], self.scale[1] * scale[1]),
        )

    def across(self, offset: float, scale: float) -> "Placement":
        """The placement of a picture whose slices were resampled out of those placed here."""
        return replace(self, through=(self.through[0] + self.through[1] * offset, self.through[1] * scale))

    def to_source(self, y: float, x: float) -> tuple[float, float]:
        """A point of the picture in pixels of the image it was made from."""
        return self.offset[0] + self.scale[0] * y, self.offset[1] + self.scale[1] * x

    def to_source_slice(self, z: float) -> float:
        """A depth of the picture in slices of the image it was made from."""
        return self.through[0] + self.through[1] * z


@dataclass(frozen=True, slots=True)
class Picture:
    """``pixels``: float32 (channels, slices, rows, columns); before the first step one channel of physical values.

    ``spacing``: (z, y, x) in mm, or None where the file gives none. ``source``: (rows, columns) of the image it was
    made from. ``header``: DICOM keyword -> text.
    """

    pixels: Pixels
    spacing: tuple[float, float, float] | None
    source: tuple[int, int]
    header: Mapping[str, str] = field(default_factory=dict)
    placement: Placement = field(default_factory=Placement)


class Step(Protocol):
    """One step, parsed from ``[[preparation]]`` of a bundle: a frozen pydantic model whose fields are its settings.

    Each field is described with its unit. A step may hand on a view of the pixels it was given, but never writes to
    them.
    """

    name: ClassVar[str]
    says: ClassVar[str]  # one line: what it does to the picture

    def apply(self, picture: Picture) -> Picture:
        """The picture after this step; the one handed in is left as it was.

        Raises:
            UnusableInput: the picture is of a kind that the step cannot work on.
        """
        ...
