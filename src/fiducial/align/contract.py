"""What a segmenter does: it names regions of a scan, so that a pair can be asked whether its organs agree, too."""

from collections.abc import Mapping
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from fiducial.scans.volume import Volume

Region = NDArray[np.bool_]  # (slices, rows, columns), as the volume's array


class Segmenter(Protocol):
    """A model with weights of its own (TotalSegmentator and the like), wrapped by whoever brings it."""

    name: ClassVar[str]

    def segment(self, volume: Volume) -> Mapping[str, Region]:
        """A mask of the volume's shape for each region by its name; what is not seen is left out or empty."""
        ...
