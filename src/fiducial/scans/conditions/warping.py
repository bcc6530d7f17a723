"""Slices seen from elsewhere: turned in the plane, or tilted away from the eye."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from fiducial.scans.physical import Values
from fiducial.scans.scan import Scan

Matrix = npt.NDArray[np.float64]  # (3, 3), of homogeneous (x, y, 1): pixels from the middle, shown -> source


@dataclass(frozen=True, slots=True)
class Tilt:
    """The plane leans back by ``degrees`` around an axis in it, ``around`` degrees from the horizontal.

    ``distance`` of the eye from the plane, in longer sides.
    """

    degrees: float
    around: float
    distance: float

    def matrix(self, shape: tuple[int, ...]) -> Matrix:
        """For slices of (..., rows, columns), enlarged until no side lies inside the picture."""
        far = self.distance * max(shape[-2:])
        axis = turn(self.around)
        lean = math.radians(self.degrees)
        # What is shown at v below the axis is seen along a ray that meets the leaning plane at v / (cos - v sin / far).
        leaning = np.array([[math.cos(lean), 0, 0], [0, 1, 0], [0, -math.sin(lean) / far, math.cos(lean)]])
        seen: Matrix = axis @ leaning @ axis.T
        smaller = 1 / _enlargement(seen, shape)
        return scaled(seen, smaller)


def turn(degrees: float, aspect: float = 1.0) -> Matrix:
    """A turn to the left (as seen); ``aspect`` is the height of a pixel over its width."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[cosine, -sine * aspect, 0], [sine / aspect, cosine, 0], [0, 0, 1]])


def scaled(matrix: Matrix, factor: float) -> Matrix:
    """``matrix``, of a picture whose pixels lie ``factor`` times as far apart."""
    larger: Matrix = matrix @ np.diag([factor, factor, 1.0])
    return larger


def aspect_of(scan: Scan) -> float:
    """The height of a pixel over its width; 1 where the file does not say."""
    if scan.spacing is None:
        return 1.0
    aspect = scan.spacing[1] / scan.spacing[2] if scan.spacing[2] else math.nan
    return aspect if math.isfinite(aspect) and aspect > 0 else 1.0


def warped(values: Values, matrix: Matrix, outside: float) -> Values:
    """Every slice through ``matrix``, by cubic interpolation; ``outside`` where it shows what is not there."""
    rows, columns = values.shape[1:]
    middle = np.array([[1, 0, columns / 2], [0, 1, rows / 2], [0, 0, 1]])
    of_corner = middle @ matrix @ np.linalg.inv(middle)
    numbers = tuple((of_corner / of_corner[2, 2]).ravel()[:8])
    return np.stack([_seen(plane, numbers, outside) for plane in values])


def _seen(plane: npt.NDArray[np.float32], numbers: tuple[float, ...], outside: float) -> npt.NDArray[np.float32]:
    image = Image.fromarray(plane - np.float32(outside))  # Pillow fills with 0
    shown = image.transform(image.size, Image.Transform.PERSPECTIVE, numbers, Image.Resampling.BICUBIC)
    return np.asarray(shown) + np.float32(outside)


def _enlargement(matrix: Matrix, shape: tuple[int, ...]) -> float:
    """By how much the picture must grow so that its corners show nothing from outside."""
    half = np.array([shape[-1] / 2, shape[-2] / 2])
    corners = np.array([[x, y, 1.0] for x in (-half[0], half[0]) for y in (-half[1], half[1])])
    for growth in np.linspace(1.0, 3.0, 201):
        seen = (corners / [growth, growth, 1.0]) @ matrix.T
        if (np.abs(seen[:, :2] / seen[:, 2:]) <= half).all():
            return float(growth)
    return 3.0
