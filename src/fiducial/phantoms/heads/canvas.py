"""One thin section of a head while it is being drawn."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.phantoms.heads.build import HeadBuild
from fiducial.phantoms.heads.cranium import depth_below_table, floor
from fiducial.phantoms.heads.folds import Folds, folds_of
from fiducial.phantoms.heads.points import Plane, Points
from fiducial.phantoms.heads.tissue import Tissue

Where = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Canvas:
    """``points`` are where the pixels lie, ``brain`` where what lies there lay before a bleed pushed it aside.

    ``depth``: mm below the inner table; ``height``: mm above the floor of the skull; ``tissue``: codes, painted over.
    ``room``: 1 where nothing presses, less where a bleed narrows the sulci.
    """

    build: HeadBuild
    folds: Folds
    points: Points
    brain: Points
    room: Plane
    depth: Plane
    height: Plane
    tissue: NDArray[np.uint8]

    @classmethod
    def empty(cls, build: HeadBuild, points: Points, brain: Points, room: Plane) -> "Canvas":
        """Air everywhere."""
        height = points.z - floor(points)
        tissue = np.full(points.x.shape, Tissue.AIR, dtype=np.uint8)
        return cls(build, folds_of(build.folds), points, brain, room, depth_below_table(points, build), height, tissue)

    @property
    def cavity(self) -> Where:
        """Inside the skull."""
        return (self.depth > 0) & (self.height > 0)

    def paint(self, where: Where, tissue: Tissue) -> None:
        """Draw over whatever is there."""
        self.tissue[where] = tissue

    def within(self, *kinds: Tissue) -> Where:
        """Where one of these tissues lies."""
        found: Where = np.isin(self.tissue, np.array(kinds, dtype=np.uint8))
        return found
