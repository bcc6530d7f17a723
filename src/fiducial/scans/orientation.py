"""The eight ways in which EXIF lets an image lie, and a box turned upright exactly as its pixels are.

Source: JEITA CP-3451C (EXIF 2.31), tag 0x0112 Orientation; CIPA DC-008.
"""

from dataclasses import dataclass
from typing import TypeAlias

Box: TypeAlias = tuple[float, float, float, float]  # (x0, y0, x1, y1); pixel i covers i to i + 1

# Orientation -> mirror left and right, mirror top and bottom, then swap the axes.
_TURNS = {
    1: (False, False, False),
    2: (True, False, False),
    3: (True, True, False),
    4: (False, True, False),
    5: (False, False, True),
    6: (False, True, True),
    7: (True, True, True),
    8: (True, False, True),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """``rows`` and ``columns`` as they are stored; ``orientation`` as EXIF counts, upright unless it is 1 to 8."""

    rows: int
    columns: int
    orientation: int = 1

    @property
    def swaps(self) -> bool:
        """Whether rows become columns when the image is turned upright."""
        return _TURNS.get(self.orientation, _TURNS[1])[2]

    @property
    def upright(self) -> tuple[int, int]:
        """(rows, columns) of the image as it is shown and read."""
        return (self.columns, self.rows) if self.swaps else (self.rows, self.columns)


def turn_box(box: Box, frame: Frame) -> Box:
    """A box on the stored pixels, in pixels of the upright image."""
    x0, y0, x1, y1 = box
    mirrored, flipped, swapped = _TURNS.get(frame.orientation, _TURNS[1])
    if mirrored:
        x0, x1 = frame.columns - x1, frame.columns - x0
    if flipped:
        y0, y1 = frame.rows - y1, frame.rows - y0
    return (y0, x0, y1, x1) if swapped else (x0, y0, x1, y1)
