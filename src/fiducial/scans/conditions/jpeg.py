"""Condition: JPEG compression. Blocks of 8 x 8 pixels and rings at edges, as an export for the web leaves them."""

import io
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from PIL import Image

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.plane import levels_of
from fiducial.scans.scan import Scan

_WHITE = 255  # baseline JPEG has 8 bits


@dataclass(frozen=True, slots=True)
class Jpeg8:
    """``quality`` on libjpeg's scale, 1 to 100."""

    quality: int

    def apply(self, scan: Scan) -> Scan:
        """Add to every slice the error that JPEG makes in its 8 bits; the loss of further bits is not counted.

        More than 8 bits are compressed between the 0.5 and 99.5 percentiles, in which 8 bits are spent.
        """
        return with_physical(scan, np.stack([self._compressed(plane, scan) for plane in physical(scan)]))

    def _compressed(self, plane: npt.NDArray[np.float32], scan: Scan) -> npt.NDArray[np.float32]:
        low, high = (plane.min(), plane.max()) if scan.array.itemsize == 1 else levels_of(plane)
        step = np.float32(high - low) / np.float32(_WHITE)
        if not step > 0:
            return plane
        levels = np.rint(np.clip((plane - np.float32(low)) / step, 0, _WHITE)).astype(np.uint8)
        compressed: npt.NDArray[np.float32] = plane + step * (self._decoded(levels).astype(np.float32) - levels)
        return compressed

    def _decoded(self, levels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        stream = io.BytesIO()
        Image.fromarray(levels).save(stream, "JPEG", quality=self.quality)
        return np.asarray(Image.open(stream))


@dataclass(frozen=True, slots=True)
class Jpeg:
    """Baseline JPEG through libjpeg."""

    name: ClassVar[str] = "jpeg"
    says: ClassVar[str] = "JPEG compression: blocks, and rings at edges"
    modalities: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "quality"
    severities: ClassVar[tuple[float, float, float, float, float]] = (90, 70, 50, 25, 10)
    source: ClassVar[str] = "libjpeg's quality, 100 being the best; chosen by eye"

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Jpeg8:  # noqa: ARG002  (contract)
        """Nothing is left to chance."""
        return Jpeg8(int(self.severities[severity - 1]))
