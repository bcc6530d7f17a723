"""What a scanner leaves in pixels, as numbers: levels, layout, border bands, noise and spectrum, after each step."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import convolve

from fiducial.scans.geometry import body_box
from fiducial.scans.plane import middle_slice
from fiducial.scans.read import read_scan
from fiducial.scans.scan import Scan

Plane = NDArray[np.float32]

_SIDE = 128  # pixels, after a resize
_LAYOUT = 8  # blocks a side
_LEVELS = (0, 1, 5, 25, 50, 75, 95, 99, 100)  # percentiles
_BANDS = 8  # of the spectrum
_EDGE = 0.04  # of a side: the width of a border band
_NOISE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32)


def signatures(path: Path) -> dict[str, NDArray[np.float64]]:
    """Preprocessing -> features of the middle slice.

    ``raw`` as stored, with its size; ``resized`` to 128 x 128 and 0 to 1; ``cropped`` to the body first;
    ``standardised`` to mean 0 and deviation 1 after that.

    Raises:
        UnusableInput: the file cannot be read as an image.
    """
    return signatures_of(read_scan(path))


def signatures_of(scan: Scan) -> dict[str, NDArray[np.float64]]:
    """As ``signatures``, of a scan in memory."""
    plane = middle_slice(scan).astype(np.float32)
    cropped = _scaled(_resized(body_box(plane).of(plane)))
    return {
        "raw": np.append(_features(plane), np.log(plane.shape)),
        "resized": _features(_scaled(_resized(plane))),
        "cropped": _features(cropped),
        "standardised": _features(_standardised(cropped)),
    }


def _resized(plane: Plane) -> Plane:
    return np.asarray(Image.fromarray(plane).resize((_SIDE, _SIDE), Image.Resampling.BOX))


def _scaled(plane: Plane) -> Plane:
    low, high = plane.min(), plane.max()
    return (plane - low) / (high - low) if high > low else np.zeros_like(plane)


def _standardised(plane: Plane) -> Plane:
    deviation = plane.std()
    return (plane - plane.mean()) / deviation if deviation > 0 else np.zeros_like(plane)


def _features(plane: Plane) -> NDArray[np.float64]:
    levels = np.percentile(plane, _LEVELS)
    layout = np.asarray(Image.fromarray(plane).resize((_LAYOUT, _LAYOUT), Image.Resampling.BOX)).ravel()
    return np.concatenate([levels, layout, _borders(plane), [_noise(plane)], _spectrum(plane)]).astype(np.float64)


def _borders(plane: Plane) -> NDArray[np.float64]:
    wide = [max(1, round(_EDGE * side)) for side in plane.shape]
    bands = (plane[: wide[0]], plane[-wide[0] :], plane[:, : wide[1]], plane[:, -wide[1] :])
    return np.array([number for band in bands for number in (band.mean(), band.std())], dtype=np.float64)


def _noise(plane: Plane) -> float:
    """Log of the noise's deviation. Source: Immerkaer 1996, Comput Vis Image Underst 64:300-302."""
    rough = np.abs(convolve(plane, _NOISE, mode="reflect")).mean()
    return float(np.log(1e-6 + rough * np.sqrt(np.pi / 2) / 6))


def _spectrum(plane: Plane) -> NDArray[np.float64]:
    """Log power by distance from the origin, each relative to the sum: (bands,). From the middle 256 pixels at most."""
    rows, columns = (slice(max(0, side // 2 - 128), side // 2 + 128) for side in plane.shape)
    middle = plane[rows, columns]
    power = np.abs(np.fft.rfft2(middle - middle.mean())) ** 2
    distance = np.hypot(np.fft.fftfreq(middle.shape[0])[:, None], np.fft.rfftfreq(middle.shape[1])[None, :])
    band = np.minimum((distance * 2 * _BANDS).astype(np.int64), _BANDS - 1)
    sums = np.bincount(band.ravel(), power.ravel(), minlength=_BANDS)
    shares: NDArray[np.float64] = np.log(1e-9 + sums / max(float(sums.sum()), 1e-12))
    return shares
