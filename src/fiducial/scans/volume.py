"""The volume: HU on an even grid in patient space, from whatever file or folder it came."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Voxels = npt.NDArray[np.int16]  # (slices, rows, columns)
Affine = npt.NDArray[np.float64]  # (4, 4)


@dataclass(frozen=True, slots=True)
class Volume:
    """``array`` is (slices, rows, columns) in HU; ``affine`` takes (slice, row, column, 1) to LPS (x, y, z, 1) in mm.

    A thin volume (one coronal slice) is a volume like any other: the length of its first axis is 1 and the affine's
    first column gives its thickness. ``header`` maps a DICOM keyword to its text; it is empty for other formats.
    ``notes`` says what was odd about the files and did no harm.
    """

    array: Voxels
    affine: Affine
    header: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def spacing(self) -> tuple[float, float, float]:
        """The distance in mm between neighbours along slices, rows and columns."""
        z, y, x = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(z), float(y), float(x)

    @property
    def extent(self) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
        """Where its voxels' centres begin and end along x, y and z of patient space, in mm."""
        ends = np.array([[0, length - 1] for length in self.array.shape])
        corners = np.stack(np.meshgrid(*ends, [1], indexing="ij"), axis=-1).reshape(-1, 4) @ self.affine.T
        (x0, y0, z0), (x1, y1, z1) = corners[:, :3].min(axis=0).tolist(), corners[:, :3].max(axis=0).tolist()
        return (x0, x1), (y0, y1), (z0, z1)
