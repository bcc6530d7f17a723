"""One slice while it is being drawn: ellipses in the patient's own coordinates, painted over one another in HU."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]  # (rows, columns)
AIR = -1000.0


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of the slice; ``x``, ``y`` are the patient's coordinates there, ``distance`` is 1 on the ellipse's rim."""

    window: tuple[slice, slice]
    x: Pixels
    y: Pixels
    distance: Pixels


@dataclass(frozen=True, slots=True)
class Section:
    """``x``, ``y``: the patient's coordinates of every pixel in mm, ``pixel`` its side, ``image`` what is drawn."""

    x: Pixels
    y: Pixels
    pixel: float
    image: Pixels = field(init=False)

    def __post_init__(self) -> None:
        """Begin with air."""
        object.__setattr__(self, "image", np.full(self.x.shape, AIR, dtype=np.float32))

    def around(self, x: float, y: float, a: float, b: float, reach: float = 1.0) -> Patch | None:
        """The part that holds the ellipse with half axes ``a`` and ``b``, ``reach`` times as large; None outside."""
        far = reach * max(a, b) + 2 * self.pixel
        # The coordinates are an affine map of the pixel numbers, so two corners give it and its inverse.
        steps = np.array([
            [self.x[1, 0] - self.x[0, 0], self.x[0, 1] - self.x[0, 0]],
            [self.y[1, 0] - self.y[0, 0], self.y[0, 1] - self.y[0, 0]],
        ])  # fmt: skip
        row, column = np.linalg.solve(steps, [x - self.x[0, 0], y - self.y[0, 0]])
        reach_in_pixels = far / self.pixel
        ends = [
            (max(0, int(at - reach_in_pixels)), min(length, int(at + reach_in_pixels) + 2))
            for at, length in zip((row, column), self.x.shape, strict=True)
        ]
        if any(first >= last for first, last in ends):
            return None
        window = slice(*ends[0]), slice(*ends[1])
        across, down = self.x[window], self.y[window]
        distance = ((across - x) / a) ** 2 + ((down - y) / b) ** 2
        return Patch(window, across, down, distance)

    def ellipse(self, x: float, y: float, a: float, b: float, value: float) -> None:
        """Fill an ellipse; nothing where an axis is not positive."""
        if min(a, b) <= 0:
            return
        patch = self.around(x, y, a, b)
        if patch is not None:
            self.image[patch.window][patch.distance < 1] = value

    def paint(self, patch: Patch, where: NDArray[np.bool_], value: float) -> None:
        """Fill a part of a patch."""
        self.image[patch.window][where] = value
