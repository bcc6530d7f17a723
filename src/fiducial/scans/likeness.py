"""How alike two images are: SSIM, MS-SSIM, PSNR, MAE and NCC, inside a mask and a window, slice by slice.

A mask is kept to the letter: no voxel outside it changes a score, not even through the local windows of SSIM, whose
weights are cut off at the mask's edge (normalised convolution). Nor do windows reach over the border of the image.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, log2
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.names import did_you_mean

Plane: TypeAlias = npt.NDArray[Any]  # (rows, columns) in HU
Mask: TypeAlias = npt.NDArray[np.bool_]  # (rows, columns)
Floats: TypeAlias = npt.NDArray[np.float32]

SIGMA = 1.5  # pixels, of the Gaussian weights
REACH = 5  # pixels from the middle of a local window to its edge: 3.5 sigma, as in scikit-image
C1, C2 = np.float32(1e-4), np.float32(9e-4)  # 0.01 and 0.03, squared: of the squared data range, which is 1 here
MS_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # Wang 2003, finest scale first


@dataclass(frozen=True, slots=True)
class Window:
    """From ``low`` to ``high`` in HU: images are clipped to it, and its width is the data range of every metric."""

    low: float
    high: float

    def __post_init__(self) -> None:
        """Raises WrongUsage unless ``low < high``, both finite."""
        if not -inf < self.low < self.high < inf:
            raise WrongUsage(f"a window goes from a lower to a higher value; got {self.low:g} to {self.high:g}.")

    @property
    def width(self) -> float:
        """The data range."""
        return self.high - self.low

    def __str__(self) -> str:
        """``-160 to 240``."""
        return f"{self.low:g} to {self.high:g}"

    def unit(self, plane: Plane) -> Floats:
        """The plane from 0 (at ``low``) to 1 (at ``high``)."""
        scaled = (plane.astype(np.float32) - np.float32(self.low)) / np.float32(self.width)
        return np.clip(scaled, 0, 1, out=scaled)


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """One resolution of the place where images are compared.

    ``mask``: what counts. ``coverage``: how much of each local window's weight lies inside it.
    ``middles``: where windows are read, at least 5 pixels from the border.
    """

    mask: Mask
    coverage: Floats
    middles: Mask

    def mean(self, of: Floats) -> float:
        """The mean over the windows that are read."""
        return float(of[self.middles].mean(dtype=np.float64))

    def local_mean(self, of: Floats) -> Floats:
        """Of every local window, the weighted mean of what lies inside the mask."""
        return _blurred(np.where(self.mask, of, np.float32(0))) / self.coverage


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Where images are compared: ``mask`` in the frame, and its scales, cropped to what the mask touches."""

    mask: Mask
    window: Window
    crop: tuple[slice, slice]
    scales: tuple[Scale, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """An image as the metrics need it, so that one that is compared with many is prepared once.

    ``values``: (n,) inside the mask, 0 to 1; ``levels``: per scale the image, its local mean and mean of squares.
    """

    values: Floats
    levels: tuple[tuple[Floats, Floats, Floats], ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """One metric. ``scales``: how many it reads (0: voxel by voxel). ``best``: what an identical image scores."""

    name: str
    called: str
    best: float
    unit: str
    scales: int
    score: Callable[[Region, Prepared, Prepared], float]
    higher_is_better: bool = True

    def __call__(self, first: Plane, second: Plane, mask: Mask | None = None, window: Window | None = None) -> float:
        """Compare two planes (rows, columns) in HU; ``window`` is all of 12-bit CT where none is given.

        Raises:
            UnusableInput: the shapes differ, the mask is empty, or the images are too small for local windows.
        """
        place = region(first.shape, mask, window or CT_RANGE, scales=self.scales)
        return self.score(place, prepare(first, place), prepare(second, place))


CT_RANGE = Window(-1024, 3071)


def region(shape: tuple[int, ...], mask: Mask | None, window: Window, *, scales: int = len(MS_WEIGHTS)) -> Region:
    """Where to compare images of ``shape`` (rows, columns). ``scales``: the most that a metric will ask for.

    Raises:
        UnusableInput: the mask has another shape or is empty, or the image is too small.
    """
    whole = np.ones(shape, dtype=np.bool_) if mask is None else np.asarray(mask, dtype=np.bool_)
    if whole.shape != tuple(shape):
        raise UnusableInput(f"the mask has the shape {whole.shape} and the image {tuple(shape)}; they must be one grid")
    if not whole.any():
        raise UnusableInput("the mask is empty; give one that covers what is to be compared")
    if scales and min(shape) < 2 * REACH + 1:
        raise UnusableInput(f"an image of {shape[0]} x {shape[1]} is smaller than a local window of SSIM (11 x 11)")
    if not scales:
        return Region(whole, window, (slice(None), slice(None)), ())
    rows, columns = (np.flatnonzero(whole.any(axis=axis)) for axis in (1, 0))
    step = 2 ** (scales - 1)
    crop = (_around(rows, shape[0], step), _around(columns, shape[1], step))
    inside, inner = whole[crop], _inner(shape)[crop]
    made = [_scale(inside, inner)]
    count = min(scales, int(log2(min(shape) / (2 * REACH + 1))) + 1)
    for level in range(1, count):
        inside = _pooled(inside.astype(np.float32)) > 0
        inner = _inner(tuple(-(-side // 2**level) for side in shape))
        inner = inner[tuple(slice(one.start // 2**level, one.start // 2**level + side) for one, side in
                            zip(crop, inside.shape, strict=True))]  # fmt: skip
        made.append(_scale(inside, inner))
    return Region(whole, window, crop, tuple(made))


def prepare(plane: Plane, place: Region) -> Prepared:
    """Window a plane (rows, columns) in HU, and take its local means at every scale of the region.

    Raises:
        UnusableInput: the plane has another shape than the region.
    """
    if plane.shape != place.mask.shape:
        raise UnusableInput(
            f"the images have the shapes {plane.shape} and {place.mask.shape}; resample one onto the grid of the other"
        )
    scaled = place.window.unit(plane)
    levels = []
    image = scaled[place.crop]
    for number, scale in enumerate(place.scales):
        if number:
            image = _shrunk(image, place.scales[number - 1].mask)
        levels.append((image, scale.local_mean(image), scale.local_mean(image * image)))
    return Prepared(scaled[place.mask], tuple(levels))


def ssim(place: Region, first: Prepared, second: Prepared) -> float:
    """Gaussian weights (sigma 1.5), population covariance, mean over the windows whose middle is in the mask.

    Source: Wang 2004, IEEE Trans Image Process 13:600-612, doi:10.1109/TIP.2003.819861.
    """
    luminance, structure = _maps(place, first, second, 0)
    return place.scales[0].mean(luminance * structure)


def ms_ssim(place: Region, first: Prepared, second: Prepared) -> float:
    """Contrast and structure at every scale, luminance at the coarsest alone; a negative scale counts as 0.

    An image too small for five scales (a side below 176) is compared at fewer, their weights made to sum to 1.
    Source: Wang 2003, Asilomar Conf Signals Syst Comput, 1398-1402, doi:10.1109/ACSSC.2003.1292216.
    """
    last = len(place.scales) - 1
    weights = np.array(MS_WEIGHTS[: last + 1]) / sum(MS_WEIGHTS[: last + 1])
    product = 1.0
    for number, scale in enumerate(place.scales):
        luminance, structure = _maps(place, first, second, number)
        found = scale.mean(luminance * structure if number == last else structure)
        product *= max(0.0, found) ** float(weights[number])
    return product


def psnr(_: Region, first: Prepared, second: Prepared) -> float:
    """Peak signal to noise in dB; the peak is the width of the window; infinite for identical images."""
    error = float(np.square(first.values - second.values, dtype=np.float64).mean())
    return -10 * float(np.log10(error)) if error else inf


def mae(place: Region, first: Prepared, second: Prepared) -> float:
    """Mean absolute error in HU."""
    return float(np.abs(first.values - second.values).mean(dtype=np.float64)) * place.window.width


def ncc(_: Region, first: Prepared, second: Prepared) -> float:
    """Pearson's correlation; an image of one value is like nothing (0)."""
    a, b = (one.values.astype(np.float64) - one.values.mean(dtype=np.float64) for one in (first, second))
    # Sums, not products of BLAS: its threads wait for one another where several processes share the cores.
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale > _FLAT * a.size else 0.0


METRICS = {
    one.name: one
    for one in (
        Likeness("ssim", "SSIM", 1.0, "1", 1, ssim),
        Likeness("ms-ssim", "MS-SSIM", 1.0, "1", len(MS_WEIGHTS), ms_ssim),
        Likeness("psnr", "PSNR", inf, "dB", 0, psnr),
        Likeness("mae", "MAE", 0.0, "HU", 0, mae, higher_is_better=False),
        Likeness("ncc", "NCC", 1.0, "1", 0, ncc),
    )
}
_FLAT = 1e-12  # variance (of the squared range) below which rounding is all that varies


def metric(name: str) -> Likeness:
    """The metric of that name.

    Raises:
        WrongUsage: there is none.
    """
    if name not in METRICS:
        meant = did_you_mean(name.lower(), METRICS)
        raise WrongUsage(f"no metric is called {name!r}.{meant} There are: {', '.join(METRICS)}.")
    return METRICS[name]


def _maps(place: Region, first: Prepared, second: Prepared, number: int) -> tuple[Floats, Floats]:
    """Luminance, and contrast times structure, around every pixel of one scale."""
    x, mean_x, square_x = first.levels[number]
    y, mean_y, square_y = second.levels[number]
    product = mean_x * mean_y
    covariance = place.scales[number].local_mean(x * y) - product
    squares = mean_x * mean_x + mean_y * mean_y
    luminance: Floats = np.divide(product + product + C1, squares + C1, dtype=np.float32)
    structure: Floats = (covariance + covariance + C2) / (square_x + square_y - squares + C2)
    return luminance, structure


def _scale(mask: Mask, inner: Mask) -> Scale:
    covered = np.maximum(_blurred(mask.astype(np.float32)), np.finfo(np.float32).tiny)
    middles = mask & inner
    return Scale(mask, covered, middles if middles.any() else mask)


def _inner(shape: tuple[int, ...]) -> Mask:
    """Pixels whose whole window lies in the image."""
    found = np.zeros(shape, dtype=np.bool_)
    found[REACH : shape[0] - REACH, REACH : shape[1] - REACH] = True
    return found


def _around(touched: npt.NDArray[np.intp], side: int, step: int) -> slice:
    """What the mask touches and one window more, from a multiple of ``step``, so that all scales keep one grid."""
    low = max(0, int(touched[0]) - REACH * step) // step * step
    return slice(low, min(side, int(touched[-1]) + 1 + REACH * step))


def _blurred(plane: Floats) -> Floats:
    found: Floats = ndimage.gaussian_filter(plane, SIGMA, truncate=REACH / SIGMA, mode="reflect")
    return found


def _pooled(plane: Floats) -> Floats:
    """Sums of 2 x 2 pixels; an odd last row or column stands for its own neighbour."""
    rows, columns = plane.shape
    even = np.pad(plane, ((0, rows % 2), (0, columns % 2)), mode="edge")
    return even[0::2, 0::2] + even[1::2, 0::2] + even[0::2, 1::2] + even[1::2, 1::2]


def _shrunk(plane: Floats, mask: Mask) -> Floats:
    """Half the size: each 2 x 2 pixels their mean over what lies in the mask."""
    weight = _pooled(mask.astype(np.float32))
    total = _pooled(np.where(mask, plane, np.float32(0)))
    return np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)
