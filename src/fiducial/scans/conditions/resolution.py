"""Condition: a lower resolution. Slices are made smaller by averaging, then larger again."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from PIL import Image

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan


@dataclass(frozen=True, slots=True)
class Coarser:
    """``factor``: how many pixels of a side become one."""

    factor: float

    def apply(self, scan: Scan) -> Scan:
        """Average over areas, then enlarge by cubic interpolation to the same rows and columns."""
        return with_physical(scan, np.stack([self._coarser(plane) for plane in physical(scan)]))

    def _coarser(self, plane: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        image = Image.fromarray(plane)
        width, height = (max(1, round(side / self.factor)) for side in image.size)
        small = image.resize((width, height), Image.Resampling.BOX)
        large = np.asarray(small.resize(image.size, Image.Resampling.BICUBIC))
        coarse: npt.NDArray[np.float32] = np.clip(large, plane.min(), plane.max())
        return coarse


@dataclass(frozen=True, slots=True)
class Resolution:
    """Smaller and larger again: detail is lost, size and spacing stay."""

    name: ClassVar[str] = "resolution"
    says: ClassVar[str] = "a lower resolution: made smaller and larger again, detail is lost"
    modalities: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "pixels"
    severities: ClassVar[tuple[float, float, float, float, float]] = (1.5, 2, 3, 5, 8)
    source: ClassVar[str] = "pixels of a side that become one; chosen by eye"

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Coarser:  # noqa: ARG002  (contract)
        """Nothing is left to chance."""
        return Coarser(self.severities[severity - 1])
