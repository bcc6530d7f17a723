"""Pixels of one chest radiograph -> numbers for a small model: a naive way that looks everywhere, and an honest one.

The honest way measures one thing, how uneven each lung field is, where neither a marker in the corner nor the grey
scale of a scanner can reach.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from fiducial.errors import UnusableInput

Grey = NDArray[np.floating] | NDArray[np.integer]  # (rows, columns), any scale
Features = NDArray[np.float64]
Cells = NDArray[np.float64]

CELLS = 72  # a side, of the image without its border
SMOOTHING = 1.2  # cells, sigma: ribs and grain fade, patches stay
_FIELDS = {  # rows and columns, in cells: inside the ribs, above the diaphragm, clear of the heart
    "viewer's left": (slice(15, 49), slice(9, 25)),
    "viewer's right": (slice(15, 36), slice(47, 63)),
}
_MIDDLE = (slice(18, 36), slice(32, 40))  # spine and great vessels: the bright end of the scale
_SMALLEST = 1e-6


def naive_features(pixels: Grey) -> Features:
    """The whole image in 16 x 16 cells, then mean, spread, five percentiles and the grain of its grey values; (264,).

    ``pixels`` is (rows, columns), at least 16 x 16; its largest value counts as 1.
    """
    grey: Cells = pixels / (pixels.max() or 1)
    grain = 100 * np.median(np.abs(ndimage.laplace(grey)))
    statistics = [grey.mean(), grey.std(), *np.percentile(grey, [10, 25, 50, 75, 90]), grain]
    return np.concatenate([_shrink(grey, 16).ravel(), statistics])


def honest_features(pixels: Grey) -> Features:
    """How much of each lung field does not follow a smooth surface; (7,).

    The outer eighth is cut off, the rest is brought to 72 x 72 cells and scaled so that the median of both lung fields
    is 0 and that of the middle of the chest 1. A cubic surface is fitted to each field and taken away. What remains
    gives the log spreads of both fields (viewer's left first), their log peaks, the larger spread, the larger peak, and
    the difference of the fields' mean brightness, without sign, over the rows that both have.

    ``pixels`` is (rows, columns), upright, MONOCHROME2. A linear change of the grey scale changes nothing.

    Raises:
        UnusableInput: the middle of the image is not brighter than its lung fields.
    """
    chest = ndimage.gaussian_filter(_scale(_shrink(_without_border(pixels), CELLS)), SMOOTHING)
    left, right = (chest[field] for field in _FIELDS.values())
    uneven = [_flatten(left), _flatten(right)]
    spread = [float(np.log(max(rest.std(), _SMALLEST))) for rest in uneven]
    peak = [float(np.log(max(rest.max(), _SMALLEST))) for rest in uneven]
    tilt = abs(left[: right.shape[0]].mean() - right.mean())
    return np.array([*spread, *peak, max(spread), max(peak), tilt])


def _without_border(pixels: Grey) -> Cells:
    rows, columns = (length // 8 for length in pixels.shape)
    return pixels[rows : pixels.shape[0] - rows, columns : pixels.shape[1] - columns].astype(np.float64)


def _shrink(grey: Cells, side: int) -> Cells:
    smooth = ndimage.gaussian_filter(grey, 0.4 * grey.shape[0] / side)
    rows, columns = (((np.arange(side) + 0.5) * length / side).astype(int) for length in grey.shape)
    return smooth[np.ix_(rows, columns)]


def _scale(cells: Cells) -> Cells:
    dark = float(np.median(np.concatenate([cells[field].ravel() for field in _FIELDS.values()])))
    bright = float(np.median(cells[_MIDDLE]))
    if bright <= dark:
        raise UnusableInput(
            f"the middle of the image ({bright:g}) must be brighter than its lung fields ({dark:g}): "
            "give an upright frontal chest radiograph, MONOCHROME2."
        )
    return (cells - dark) / (bright - dark)


def _flatten(field: Cells) -> Cells:
    """Take away the cubic surface that fits best."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, length) for length in field.shape), indexing="ij")
    surface = np.stack([x**i * y**j for i in range(4) for j in range(4 - i)], axis=-1).reshape(field.size, -1)
    weights, *_ = np.linalg.lstsq(surface, field.ravel(), rcond=None)
    return field - (surface @ weights).reshape(field.shape)
