"""Pictures of frames for people: PNG or JPEG in the window that is asked for (PS3.18 8.3.5)."""

from dataclasses import dataclass, replace
from io import BytesIO
from math import isfinite
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.scans.read import read_scan
from fiducial.scans.scan import Scan
from fiducial.scans.thumbnail import windowed

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}  # the first where anything goes, as the standard has it
_LARGEST = 8192  # pixels along a side


@dataclass(frozen=True, slots=True)
class Rendering:
    """``window``: centre and width in the units of the image. ``side``: width and height to fit into."""

    kind: str = "image/jpeg"
    window: tuple[float, float] | None = None
    side: tuple[int, int] | None = None
    quality: int = 90

    @classmethod
    def parse(cls, kind: str, window: str | None, viewport: str | None, quality: int) -> "Rendering":
        """From the words of a request.

        Raises:
            WrongUsage: ``window`` is not ``centre,width[,linear]``, or ``viewport`` not ``width,height``.
        """
        return cls(kind, _window(window), _viewport(viewport), min(max(quality, 1), 100))

    def draw(self, path: Path, number: int) -> bytes:
        """One frame of a file, from 1 on.

        Raises:
            UnusableInput: no such frame, no image, or one that cannot be decoded.
        """
        scan = read_scan(path)
        if not 1 <= number <= len(scan.array):
            raise UnusableInput(f"there is no frame {number}; the image has {len(scan.array)}.")
        picture = Image.fromarray(self._pixels(scan, number - 1))
        if self.side is not None:
            picture.thumbnail(self.side, Image.Resampling.BICUBIC)
        written = BytesIO()
        picture.save(written, FORMATS[self.kind], **({"quality": self.quality} if self.kind == "image/jpeg" else {}))
        return written.getvalue()

    def _pixels(self, scan: Scan, index: int) -> npt.NDArray[np.uint8]:
        if scan.is_colour:
            values = scan.array[index]
            top = float(np.iinfo(values.dtype).max) if values.dtype.kind in "iu" else 1.0
            shown: npt.NDArray[np.uint8] = np.clip(values / top * 255, 0, 255).round().astype(np.uint8)
            return shown
        if self.window is not None:
            centre, width = self.window
            told = {"WindowCenter": str(centre), "WindowWidth": str(width)}
            scan = replace(scan, header={**scan.header, **told})
        return windowed(scan, index)


def _window(told: str | None) -> tuple[float, float] | None:
    if told is None:
        return None
    centre, width, function = (*told.split(","), "linear", "linear")[:3]
    try:
        found = float(centre), float(width)
    except ValueError:
        found = (0.0, 0.0)
    if function.lower() != "linear" or not all(isfinite(one) for one in found) or found[1] <= 0:
        raise WrongUsage(f"window={told}: expected centre,width,linear with a width above 0.")
    return found


def _viewport(told: str | None) -> tuple[int, int] | None:
    if told is None:
        return None
    try:
        width, height = (int(one) for one in told.split(",")[:2])
    except ValueError:
        width = height = 0
    if not (0 < width <= _LARGEST and 0 < height <= _LARGEST):
        raise WrongUsage(f"viewport={told}: expected width,height in pixels, at most {_LARGEST}.")
    return width, height
