"""Condition: a sharper reconstruction kernel. Edges of a CT overshoot and its noise stands out."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy import fft

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.spacing import pixel_size
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan

STANDARD = 4.0  # lp/cm at which a standard kernel keeps half of the contrast
_LAST = STANDARD * math.sqrt(math.log2(10))  # lp/cm: a tenth is left there, and no kernel brings back what is beyond
_MARGIN = 16  # pixels of mirror around the slice, against wrapping round


@dataclass(frozen=True, slots=True)
class Sharpening:
    """``half`` is the frequency, in lp/cm, at which half of the contrast is left afterwards."""

    half: float

    def apply(self, scan: Scan) -> Scan:
        """Multiply the spectrum of each slice by the ratio of two Gaussian responses."""
        values = physical(scan)
        rows, columns = values.shape[1:]
        margin = min(_MARGIN, rows - 1, columns - 1)
        wide = np.pad(values, ((0, 0), (margin, margin), (margin, margin)), mode="reflect")
        gain = self._gain(wide.shape[1:], pixel_size(scan))
        sharp = np.stack([fft.irfft2(fft.rfft2(one) * gain, s=one.shape) for one in wide])
        return with_physical(scan, sharp[:, margin : margin + rows, margin : margin + columns])

    def _gain(self, shape: tuple[int, ...], pixel: tuple[float, float]) -> npt.NDArray[np.float32]:
        down = fft.fftfreq(shape[0], pixel[0] / 10)[:, None]  # cycles per cm
        across = fft.rfftfreq(shape[1], pixel[1] / 10)[None, :]
        squared = np.minimum(down**2 + across**2, _LAST**2)
        gain: npt.NDArray[np.float32] = (2 ** (squared * (STANDARD**-2 - self.half**-2))).astype(np.float32)
        return gain


@dataclass(frozen=True, slots=True)
class CtKernelSharp:
    """The response of a sharper kernel over that of a standard one."""

    name: ClassVar[str] = "ct-kernel-sharp"
    says: ClassVar[str] = "a sharper reconstruction kernel: edges overshoot, noise stands out"
    modalities: ClassVar[tuple[str, ...]] = ("CT",)
    unit: ClassVar[str] = "lp/cm"
    severities: ClassVar[tuple[float, float, float, float, float]] = (4.5, 5, 6, 8, 10)
    source: ClassVar[str] = (
        "where half of the contrast is left, for a scan whose kernel left half at 4 lp/cm; Gaussian responses as in "
        "Nickoloff and Riley (1985, Med Phys 12:437-442, doi:10.1118/1.595706); the frequencies are chosen by eye "
        "between a body and a bone kernel"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Sharpening:  # noqa: ARG002  (contract)
        """Nothing is left to chance."""
        return Sharpening(self.severities[severity - 1])
