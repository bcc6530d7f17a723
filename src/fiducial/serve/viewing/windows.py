"""Grey levels on the screen: from which physical value black, from which white."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fiducial.scans.headers import numbers
from fiducial.scans.physical import rescaling, stored_range
from fiducial.scans.scan import Scan

_PERCENTILES = (0.5, 99.5)
_STEP = 4  # every so many rows and columns are enough to tell percentiles by


@dataclass(frozen=True, slots=True)
class Window:
    """``center`` and ``width`` in physical values: HU, or grey of a radiograph. ``name``: as a button says it."""

    name: str
    center: float
    width: float

    def shown(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
        """Values as grey, 0 to 255; both ends cut off."""
        low = np.float32(self.center - self.width / 2)
        scaled = (values - low) * np.float32(255 / max(self.width, 1e-6))
        return np.clip(scaled, 0, 255, out=scaled).astype(np.uint8)


# Usual windows of CT in HU (Radiopaedia, "Windowing (CT)").
HEAD = (Window("Brain", 40, 80), Window("Blood", 75, 215), Window("Stroke", 32, 8))
BODY = (Window("Soft tissue", 50, 400), Window("Lung", -600, 1500), Window("Bone", 600, 2800))
_HEADS = ("HEAD", "BRAIN", "SKULL")


def windows_of(scan: Scan, values: npt.NDArray[np.float32]) -> tuple[Window, ...]:
    """What can be chosen for a scan; first what it opens with. ``values``: one of its slices, physical."""
    own = _of_header(scan)
    whole = _of_values(values)
    found = [own] if own is not None else []
    if scan.header.get("Modality") == "CT":
        head = any(one in scan.header.get("BodyPartExamined", "").upper() for one in _HEADS)
        return (*found, *(HEAD + BODY if head else BODY + HEAD), whole)
    return (
        *found,
        whole,
        Window("Narrow", whole.center, whole.width / 2),
        Window("Wide", whole.center, whole.width * 2),
    )


def _of_header(scan: Scan) -> Window | None:
    """The header's first, which is given in values before MONOCHROME1 was turned over."""
    center, width = numbers(scan.header, "WindowCenter"), numbers(scan.header, "WindowWidth")
    if not center or not width or not width[0] > 0:
        return None
    middle = center[0]
    if scan.header.get("PhotometricInterpretation") == "MONOCHROME1":
        slope, intercept = rescaling(scan)
        middle = sum(stored_range(scan)) * slope + 2 * intercept - middle
    return Window("As sent", middle, width[0])


def _of_values(values: npt.NDArray[np.float32]) -> Window:
    low, high = (float(one) for one in np.percentile(values[::_STEP, ::_STEP], _PERCENTILES))
    return Window("All values", (low + high) / 2, max(high - low, 1.0))
