"""Condition: JPEG 2000 compression at a ratio, in all the bits that a scan has, as archives do it."""

import io
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from PIL import Image

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.headers import numbers
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan

_DEEPEST = 65535  # what 16 bits hold


@dataclass(frozen=True, slots=True)
class Wavelets:
    """``ratio``: bits as they are stored over bits as they are compressed."""

    ratio: float

    def apply(self, scan: Scan) -> Scan:
        """Compress every slice on its own, irreversibly (9-7 wavelets), and take what comes back."""
        values = physical(scan)
        low, high = float(values.min()), float(values.max())
        whole = scan.array.dtype.kind in "iu" and scan.array.itemsize == 1
        step = (high - low) / (255 if whole else _DEEPEST)
        if not step > 0:
            return with_physical(scan, values)
        levels = np.rint((values - np.float32(low)) / np.float32(step)).astype(np.uint8 if whole else np.uint16)
        ratio = self.ratio * 8 * levels.itemsize / _bits(scan)
        decoded = np.stack([_decoded(plane, ratio) for plane in levels])
        return with_physical(scan, decoded.astype(np.float32) * np.float32(step) + np.float32(low))


def _bits(scan: Scan) -> float:
    """A sample's, as stored: BitsStored where the header has it, and at most the 16 that are compressed."""
    return min([16.0, 8.0 * scan.array.itemsize, *(one for one in numbers(scan.header, "BitsStored") if one > 0)])


def _decoded(levels: npt.NDArray[np.uint8 | np.uint16], ratio: float) -> npt.NDArray[np.uint8 | np.uint16]:
    stream = io.BytesIO()
    Image.fromarray(levels).save(
        stream, "JPEG2000", quality_mode="rates", quality_layers=[ratio], irreversible=True, no_jp2=True
    )
    stream.seek(0)
    return np.asarray(Image.open(stream))


@dataclass(frozen=True, slots=True)
class Jpeg2000:
    """JPEG 2000 through OpenJPEG."""

    name: ClassVar[str] = "jpeg2000"
    says: ClassVar[str] = "JPEG 2000 compression: fine texture goes first, then edges smear"
    modalities: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "to 1"
    severities: ClassVar[tuple[float, float, float, float, float]] = (8, 16, 32, 64, 128)
    source: ClassVar[str] = (
        "compression ratios from 8 to 128, as read by radiologists on chest radiographs, who saw no loss up to between "
        "8 and 16 (Slone et al. 2000, Radiology 215:543-553, doi:10.1148/radiology.215.2.r00ap47543)"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Wavelets:  # noqa: ARG002  (contract)
        """Nothing is left to chance."""
        return Wavelets(self.severities[severity - 1])
