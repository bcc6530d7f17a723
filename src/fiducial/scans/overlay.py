"""Letters, arrows and markers in the pixels: small bright strokes near the border that end within two pixels.

No weights: a stroke is what an opening wider than it takes away, a letter is a connected piece of strokes of the right
size. What tells a letter from a rib, a finger or a wire is how abruptly it ends: anatomy is blurred by its own shape.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import scipy

from fiducial.scans.plane import Plane

Mask: TypeAlias = npt.NDArray[np.bool_]  # (rows, columns)
Box: TypeAlias = tuple[slice, slice]

_STROKE = 0.022  # of the longer side: wider strokes are bones, tubes and collimators
_THINNEST = 0.005  # of the longer side: hairlines are scratches and catheters
_CONTRAST = 55  # of 200 grey levels by which a letter stands out
_FAINTEST = 100  # of 200: lead and ink are bright
_SMALLEST, _LARGEST = 0.011, 0.13  # of the longer side: the height or width of a letter, whichever is larger
_NARROWEST = 0.009  # of the longer side: the other one
_BAND = 0.22  # of either side: where markers lie
_FILLED = (0.2, 0.85)  # share of its box that a letter fills
_SHARP = 0.78  # share of its contrast that is gone two pixels from its edge
_EVEN = 0.5  # spread of what surrounds it, as a share of its contrast: bone lies between lung and muscle
_APART = 0.03  # of the longer side: letters closer than this are one piece of text


@dataclass(frozen=True, slots=True)
class Overlay:
    """One piece of text or one marker; ``rows`` and ``columns`` are where it begins and ends, as shares of the side."""

    rows: tuple[float, float]
    columns: tuple[float, float]

    @property
    def place(self) -> str:
        """``top left``, ``right``, ...: which ninth of the image its middle lies in."""
        down, across = (sum(ends) / 2 for ends in (self.rows, self.columns))
        vertical = "top" if down < 1 / 3 else "bottom" if down > 2 / 3 else ""
        sideways = "left" if across < 1 / 3 else "right" if across > 2 / 3 else ""
        return f"{vertical} {sideways}".strip() or "middle"

    @property
    def area(self) -> float:
        """Its share of the image."""
        return (self.rows[1] - self.rows[0]) * (self.columns[1] - self.columns[0])


def find_overlays(plane: Plane) -> tuple[Overlay, ...]:
    """Every piece of text or marker near the border of (rows, columns), from top to bottom."""
    letters = _letters(plane)
    if not letters:
        return ()
    reach = max(1, round(_APART * max(plane.shape)))
    canvas = np.zeros(plane.shape, dtype=bool)
    for box in letters:
        canvas[_widened(box, reach)] = True
    grouped, _ = scipy.ndimage.label(canvas)
    pieces: dict[int, list[Box]] = {}
    for box in letters:
        pieces.setdefault(int(grouped[box[0].start, box[1].start]), []).append(box)
    return tuple(_around(boxes, plane.shape) for boxes in pieces.values())


def _around(boxes: list[Box], shape: tuple[int, ...]) -> Overlay:
    rows, columns = (
        (min(box[axis].start for box in boxes) / shape[axis], max(box[axis].stop for box in boxes) / shape[axis])
        for axis in (0, 1)
    )
    return Overlay(rows, columns)


def _letters(plane: Plane) -> list[Box]:
    side = max(plane.shape)
    above = plane - _opened(plane, max(3, round(_STROKE * side)))
    labelled, _ = scipy.ndimage.label((above >= _CONTRAST) & _band(plane.shape), np.ones((3, 3)))
    letters = []
    for index, (rows, columns) in enumerate(scipy.ndimage.find_objects(labelled), start=1):
        box = (rows, columns)
        if _has_the_size(box, plane.shape):
            mask = labelled[box] == index
            filled = np.count_nonzero(mask) / mask.size
            right = _FILLED[0] <= filled <= _FILLED[1] and _is_drawn(plane, above, box, mask)
            if right and _has_the_form(mask, side):
                letters.append(box)
    return letters


def _has_the_size(box: Box, shape: tuple[int, ...]) -> bool:
    side = max(shape)
    short, long = sorted(piece.stop - piece.start for piece in box)
    # A piece that is cut by the edge of the image is a collimator or the rim of a film.
    cut = any(piece.start == 0 or piece.stop == length for piece, length in zip(box, shape, strict=True))
    return not cut and _SMALLEST * side <= long <= _LARGEST * side and short >= max(2, _NARROWEST * side)


def _has_the_form(mask: Mask, side: int) -> bool:
    thickness = 2 * scipy.ndimage.distance_transform_cdt(np.pad(mask, 1), "taxicab").max()
    return bool(thickness >= _THINNEST * side)


def _is_drawn(plane: Plane, above: Plane, box: Box, mask: Mask) -> bool:
    """Whether a piece is bright and its surroundings, two pixels away, are not."""
    bright = _quantile(plane[box][mask], 0.5)
    if bright < _FAINTEST:
        return False
    wider = _widened(box, 3)
    inside = np.zeros(plane[wider].shape, dtype=bool)
    down, across = (piece.start - outer.start for piece, outer in zip(box, wider, strict=True))
    inside[down : down + mask.shape[0], across : across + mask.shape[1]] = mask
    rim = scipy.ndimage.binary_dilation(inside, iterations=2) & ~scipy.ndimage.binary_dilation(inside)
    around = np.sort(plane[wider][rim])
    contrast = _quantile(above[box][mask], 0.5)
    falls_off = bright - _quantile(around, 0.75) >= _SHARP * contrast
    return falls_off and _quantile(around, 0.9) - _quantile(around, 0.1) <= _EVEN * contrast


def _quantile(values: Plane, share: float) -> int:
    # Many times as fast as numpy's for the few hundred pixels of a letter.
    return int(np.sort(values)[int(share * values.size)])


def _widened(box: Box, by: int) -> Box:
    rows, columns = (slice(max(0, piece.start - by), piece.stop + by) for piece in box)
    return rows, columns


def _band(shape: tuple[int, ...]) -> Mask:
    """True near the border."""
    band = np.ones(shape, dtype=bool)
    rows, columns = (round(_BAND * length) for length in shape)
    band[rows : shape[0] - rows, columns : shape[1] - columns] = False
    return band


def _opened(plane: Plane, size: int) -> Plane:
    """What remains when everything bright and narrower than ``size`` pixels is taken away."""
    size += 1 - size % 2
    return _extreme(_extreme(plane, size, np.minimum, 255), size, np.maximum, 0)


def _extreme(plane: Plane, size: int, pick: np.ufunc, outside: int) -> Plane:
    """The minimum or maximum over a square window, by doubling: a few passes at the speed of memory."""
    window = np.pad(plane, size // 2, constant_values=outside)
    for step in _doublings(size):
        window = pick(window[:-step], window[step:])
    for step in _doublings(size):
        window = pick(window[:, :-step], window[:, step:])
    return window


def _doublings(size: int) -> list[int]:
    """The shifts whose repeated extremes cover ``size`` pixels: 1, 2, 4, ... and the rest."""
    steps = []
    covered = 1
    while covered < size:
        steps.append(min(covered, size - covered))
        covered += steps[-1]
    return steps
