"""Parallel rays through a slice, and what they tell put back into one: coarse and quick, for artefacts of CT alone.

An artefact is what is wrong in the measured rays, reconstructed by filtered back-projection and added to the slice
(reconstruction is linear). The slice itself is never reconstructed, so nothing else about it changes.
Source: Kak and Slaney 2001, Principles of Computerized Tomographic Imaging, chapter 3, doi:10.1137/1.9780898719277.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft, ndimage

Plane = npt.NDArray[np.float32]  # (rows, columns)
Sinogram = npt.NDArray[np.float32]  # (views, bins)

_FINE = 4  # a filtered view is read at a quarter of a bin, so that the nearest reading is near enough


@dataclass(frozen=True, slots=True)
class Coarse:
    """A grid that is as fine as a slice or coarser, and the parallel rays that cross it.

    ``shape`` is (rows, columns), ``pixel`` mm, ``factor`` how many pixels of the slice are one of the grid.
    """

    shape: tuple[int, int]
    pixel: tuple[float, float]
    factor: int
    views: int

    @classmethod
    def over(cls, shape: tuple[int, int], pixel: tuple[float, float], *, most: int, views: int) -> "Coarse":
        """The grid over a slice, at most ``most`` rows or columns."""
        factor = -(-max(shape) // most)
        rows, columns = (-(-side // factor) for side in shape)
        return cls((rows, columns), (pixel[0] * factor, pixel[1] * factor), factor, views)

    @property
    def width(self) -> float:
        """Millimetres from one ray to the next."""
        return max(self.pixel)

    @property
    def angles(self) -> npt.NDArray[np.floating]:
        """Of the views, in radians: (views,), half a turn."""
        return np.arange(self.views) * np.pi / self.views

    @property
    def offsets(self) -> npt.NDArray[np.floating]:
        """Where the rays of a view pass the middle of the slice: (bins,), mm."""
        bins = int(np.ceil(np.hypot(self.shape[0] * self.pixel[0], self.shape[1] * self.pixel[1]) / self.width)) + 2
        return (np.arange(bins) - (bins - 1) / 2) * self.width

    def shrink(self, plane: Plane) -> Plane:
        """Average a slice (rows, columns) onto the grid."""
        k = self.factor
        if k == 1:
            return plane
        short = [(0, side * k - had) for side, had in zip(self.shape, plane.shape, strict=True)]
        blocks = np.pad(plane, short, mode="edge").reshape(self.shape[0], k, self.shape[1], k)
        shrunk: Plane = blocks.mean(axis=(1, 3))
        return shrunk

    def enlarge(self, plane: Plane, shape: tuple[int, int]) -> Plane:
        """Interpolate what lies on the grid onto the slice."""
        if self.factor == 1:
            return plane
        large: Plane = ndimage.zoom(plane, self.factor, order=1, mode="nearest", grid_mode=True)
        return large[: shape[0], : shape[1]]

    def integrate(self, plane: Plane, angle: npt.NDArray[np.floating], offset: npt.NDArray[np.floating]) -> Sinogram:
        """Integrals of a plane on the grid along rays, in its unit times mm; of the shape of ``angle``, ``offset``."""
        half = self.offsets[-1]
        along = np.arange(-half, half, self.width)
        cosine, sine = np.cos(angle)[..., None], np.sin(angle)[..., None]
        x = offset[..., None] * cosine - along * sine
        y = offset[..., None] * sine + along * cosine
        at = [y / self.pixel[0] + (self.shape[0] - 1) / 2, x / self.pixel[1] + (self.shape[1] - 1) / 2]
        sampled = ndimage.map_coordinates(plane, at, order=1, mode="constant", cval=0.0)
        total: Sinogram = sampled.sum(axis=-1) * np.float32(self.width)
        return total

    def reconstruct(self, sinogram: Sinogram) -> Plane:
        """Filtered back-projection (Ram-Lak, Hann) of (views, bins) in a unit times mm: the plane on the grid."""
        fine = _filtered(sinogram, self.width)
        rows, columns = self.shape
        y = (np.arange(rows, dtype=np.float32) - (rows - 1) / 2) * np.float32(self.pixel[0])
        x = (np.arange(columns, dtype=np.float32) - (columns - 1) / 2) * np.float32(self.pixel[1])
        scale, middle = _FINE / self.width, (fine.shape[1] - 1) / 2
        total = np.zeros(self.shape, dtype=np.float32)
        for view, angle in zip(fine, self.angles, strict=True):
            down = (y * np.sin(angle) * scale + middle + 0.5).astype(np.float32)
            across = (x * np.cos(angle) * scale).astype(np.float32)
            total += view[(down[:, None] + across[None, :]).astype(np.intp)]
        return total * np.float32(np.pi / self.views)


def _filtered(sinogram: Sinogram, width: float) -> Sinogram:
    bins = sinogram.shape[1]
    length = fft.next_fast_len(2 * bins, real=True)
    lag = np.minimum(np.arange(length), length - np.arange(length))
    ramp = np.where(lag % 2 == 1, -1 / (np.pi * np.maximum(lag, 1) * width) ** 2, 0.0)
    ramp[0] = 1 / (2 * width) ** 2
    response = fft.rfft(ramp).real * width
    response *= 0.5 + 0.5 * np.cos(np.pi * np.arange(response.size) / (response.size - 1))
    # A longer inverse transform reads the filtered views between bins, as linear interpolation could not without moire.
    spectrum = fft.rfft(sinogram, length, axis=1) * (_FINE * response).astype(np.float32)
    fine: Sinogram = fft.irfft(spectrum, _FINE * length, axis=1)[:, : _FINE * (bins - 1) + 1]
    return fine
