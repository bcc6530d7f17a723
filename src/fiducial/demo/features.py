"""Pixels of one chest radiograph -> numbers for a small model: a naive way that looks everywhere, and an honest one."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Grey = NDArray[np.floating] | NDArray[np.integer]
Features = NDArray[np.float64]

_CELLS = 64  # a side, of the image without its border


def naive_features(pixels: Grey) -> Features:
    """The whole image in 16 x 16 cells, and simple statistics of its grey values."""
    grey = pixels / max(int(pixels.max()), 1)
    cells = _resize(grey, 16)
    grain = np.median(np.abs(ndimage.laplace(grey)))
    statistics = [grey.mean(), grey.std(), *np.percentile(grey, [10, 25, 50, 75, 90]), 100 * grain]
    return np.concatenate([cells.ravel(), statistics])


def honest_features(pixels: Grey) -> Features:
    border = pixels.shape[0] // 8
    inner = _resize(pixels[border:-border, border:-border].astype(np.float64), _CELLS)
    lungs = [inner[8:42, 6:26], inner[8:42, 38:58][:, ::-1]]
    both = np.concatenate([l.ravel() for l in lungs])
    low, mid, high = np.percentile(both, [25, 50, 75])
    inner = (inner - mid) / (high - low)
    out = []
    for s in (1.5, 2.5):
        fine = ndimage.gaussian_filter(inner, s) - ndimage.gaussian_filter(inner, 2.5 * s)
        a, b = fine[8:42, 6:26], fine[8:42, 38:58][:, ::-1]
        peaks = [np.max(a), np.max(b)]
        d = a - b
        out += [max(peaks), min(peaks), a.std(), b.std(), d.max(), -d.min(), d.std(), np.percentile(a,95), np.percentile(b,95)]
    return np.array(out)


def _resize(grey: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    smooth = ndimage.gaussian_filter(grey, 0.4 * grey.shape[0] / side)
    at = [((np.arange(side) + 0.5) * length / side).astype(int) for length in grey.shape]
    return smooth[np.ix_(*at)]
