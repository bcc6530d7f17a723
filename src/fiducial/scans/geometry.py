"""Where the body lies in the frame: a mask by Otsu on a small copy, and the empty borders at full resolution."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from fiducial.scans.scan import Array

_SIDE = 64  # pixels of the small copy, at most twice as many
_BINS = 128
_CLIP = (0.005, 0.995)  # quantiles: a metal marker or the padding of a CT must not set the threshold
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
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: None if value is None else round(value, 4) for name, value in values.items()}


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


def body_in_frame(plane: Array, spacing: tuple[float, float, float] | None = None) -> Frame:
    """Measure the middle slice (rows, columns), bright where the body is dense; ``spacing`` is (z, y, x) in mm.

    Source of the threshold: Otsu 1979, IEEE Trans Syst Man Cybern 9:62-66, doi:10.1109/TSMC.1979.4310076.
    """
    down, across = _counts(_body(plane))
    box = _box(down, across)
    height, width = plane.shape
    return Frame(
        spacing[1] * height if spacing else None,
        spacing[2] * width if spacing else None,
        _centroid(down),
        _centroid(across),
        box.bottom - box.top,
        box.right - box.left,
        float(down.sum() / (down.size * across.size)),
        *_borders(plane),
    )


def body_box(plane: Array) -> Box:
    """The part of the frame that the body takes up, (rows, columns) in; the whole where no body stands out."""
    return _box(*_counts(_body(plane)))


def _body(plane: Array) -> NDArray[np.bool_]:
    step = max(1, min(plane.shape) // _SIDE)
    small = plane[step // 2 :: step, step // 2 :: step]
    small = (small if small.size else plane).astype(np.float32)
    places = [round(share * (small.size - 1)) for share in _CLIP]
    low, high = np.partition(small.ravel(), places)[places]
    if not high > low:
        return np.zeros(small.shape, dtype=np.bool_)
    return small > _otsu(small, low, high)


def _otsu(values: NDArray[np.float32], low: float, high: float) -> float:
    """The threshold between ``low`` and ``high`` that lies best between two classes; beyond these is the end itself."""
    width = (high - low) / _BINS
    bins = np.clip((values.ravel() - low) / width, 0, _BINS - 1).astype(np.int64)
    counts = np.bincount(bins, minlength=_BINS)
    middles = low + width * (np.arange(_BINS) + 0.5)
    below = np.cumsum(counts)[:-1]
    above = values.size - below
    sums = np.cumsum(counts * middles)
    means_apart = sums[:-1] / np.maximum(1, below) - (sums[-1] - sums[:-1]) / np.maximum(1, above)
    return float(low + width * (1 + np.argmax(below * above * means_apart**2)))


def _counts(body: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pixels of the body in every row (rows,) and in every column (columns,)."""
    return np.count_nonzero(body, axis=1), np.count_nonzero(body, axis=0)


def _centroid(counts: NDArray[np.int64]) -> float:
    """The mean place of what was counted line by line; the middle where nothing was."""
    total = counts.sum()
    return float((counts @ np.arange(counts.size) / total + 0.5) / counts.size) if total else 0.5


def _box(down: NDArray[np.int64], across: NDArray[np.int64]) -> Box:
    rows, columns = (np.flatnonzero(down > _CROSSED * across.size), np.flatnonzero(across > _CROSSED * down.size))
    if not (rows.size and columns.size):
        return Box(0.0, 1.0, 0.0, 1.0)
    return Box(*_ends(rows, down.size), *_ends(columns, across.size))


def _ends(lines: NDArray[np.int64], length: int) -> tuple[float, float]:
    return float(lines[0] / length), float((lines[-1] + 1) / length)


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
        if not low <= line[0] <= high or line.min() < low or line.max() > high:  # its first pixel tells most lines
            return count
    return len(lines)
