"""Where the body lies in the frame: a mask by Otsu on a small copy, and the empty borders at full resolution."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.scans.scan import Array, Scan

_SIDE = 64  # pixels of the small copy, at most twice as many
_BINS = 128
_CLIP = (0.5, 99.5)  # percentiles: a metal marker or the padding of a CT must not set the threshold
_CROSSED = 0.02  # a line of the frame crosses the body when this share of its pixels does
_EMPTY = 0.02  # of the range of values: a border's pixels lie this near its end


@dataclass(frozen=True, slots=True)
class Frame:
    """Shares of the frame, 0 to 1: the body's centroid, extent and area; the mean width of its empty borders.

    ``field_height`` and ``field_width`` are mm; None where the scan has no spacing.
    """

    field_height: float | None
    field_width: float | None
    body_row: float
    body_column: float
    body_height: float
    body_width: float
    body_area: float
    border_black: float
    border_white: float

    def measures(self) -> dict[str, float | None]:
        """By the column of the files table; four decimals, so that equal geometry stays equal."""
        return {name: None if value is None else round(value, 4) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Box:
    """Half-open ranges of rows and columns, as shares of the frame."""

    top: float
    bottom: float
    left: float
    right: float

    def of(self, plane: Array) -> Array:
        """What lies inside, at least one pixel: (rows, columns)."""
        rows, columns = plane.shape[:2]
        top, left = min(int(self.top * rows), rows - 1), min(int(self.left * columns), columns - 1)
        inside: Array = plane[top : max(top + 1, round(self.bottom * rows)), left:]
        return inside[:, : max(1, round(self.right * columns) - left)]


def body_in_frame(scan: Scan) -> Frame:
    """Measure the middle slice; bright is body (MONOCHROME1 is inverted), colour counts by its mean.

    Source of the threshold: Otsu 1979, IEEE Trans Syst Man Cybern 9:62-66, doi:10.1109/TSMC.1979.4310076.
    """
    plane = grey_plane(scan)
    body = _body(plane)
    box = _box(body)
    rows, columns = np.nonzero(body)
    height, width = plane.shape
    spacing = scan.spacing or (None, None, None)
    return Frame(
        spacing[1] * height if spacing[1] is not None else None,
        spacing[2] * width if spacing[2] is not None else None,
        float((rows.mean() + 0.5) / body.shape[0]) if rows.size else 0.5,
        float((columns.mean() + 0.5) / body.shape[1]) if columns.size else 0.5,
        box.bottom - box.top,
        box.right - box.left,
        float(body.mean()),
        *_borders(plane),
    )


def body_box(plane: Array) -> Box:
    """The part of the frame that the body takes up, (rows, columns) in; the whole where no body stands out."""
    return _box(_body(plane))


def grey_plane(scan: Scan) -> Array:
    """The middle slice, (rows, columns), bright where the body is dense; NaN and infinity count as empty."""
    plane = scan.array[scan.array.shape[0] // 2]
    if scan.is_colour:
        plane = plane.mean(axis=-1)
    if plane.dtype.kind == "f" and not np.isfinite(plane).all():
        finite = plane[np.isfinite(plane)]
        plane = np.where(np.isfinite(plane), plane, finite.min() if finite.size else 0)
    if scan.header.get("PhotometricInterpretation") == "MONOCHROME1":
        plane = plane.max().astype(np.float32) - plane
    shown: Array = plane
    return shown


def _body(plane: Array) -> NDArray[np.bool_]:
    step = max(1, min(plane.shape) // _SIDE)
    small = plane[step // 2 :: step, step // 2 :: step].astype(np.float32)
    small = small if small.size else plane.astype(np.float32)
    low, high = np.percentile(small, _CLIP)
    if not high > low:
        return np.zeros(small.shape, dtype=np.bool_)
    return small > _otsu(np.clip(small, low, high))


def _otsu(values: NDArray[np.float32]) -> float:
    counts, edges = np.histogram(values, bins=_BINS)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    sums = np.cumsum(counts * middles)
    means_apart = sums[:-1] / np.maximum(1, below) - (sums[-1] - sums[:-1]) / np.maximum(1, above)
    return float(edges[1:-1][np.argmax(below * above * means_apart**2)])


def _box(body: NDArray[np.bool_]) -> Box:
    crossed = [np.flatnonzero(body.mean(axis=axis) > _CROSSED) / body.shape[1 - axis] for axis in (1, 0)]
    if not all(line.size for line in crossed):
        return Box(0.0, 1.0, 0.0, 1.0)
    pixel = [1 / side for side in body.shape]
    return Box(
        float(crossed[0][0]), float(crossed[0][-1] + pixel[0]), float(crossed[1][0]), float(crossed[1][-1] + pixel[1])
    )


def _borders(plane: Array) -> tuple[float, float]:
    low, high = float(plane.min()), float(plane.max())
    if low == high:
        return 0.0, 0.0
    near = _EMPTY * (high - low)
    sides = (plane, plane[::-1], plane.T, plane.T[::-1])
    black = [_leading(side, low - 1, low + near) / len(side) for side in sides]
    white = [_leading(side, high - near, high + 1) / len(side) for side in sides]
    return sum(black) / len(sides), sum(white) / len(sides)


def _leading(lines: Array, low: float, high: float) -> int:
    """How many lines from the outside in hold nothing but values from ``low`` to ``high``."""
    for count, line in enumerate(lines):
        if line.min() < low or line.max() > high:
            return count
    return len(lines)
