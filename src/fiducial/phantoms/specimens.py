"""One scan of any modality with the same content every time: what stress conditions are shown and tried on."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from fiducial.phantoms import ct, radiograph
from fiducial.phantoms.build import Build
from fiducial.phantoms.marker import burn
from fiducial.phantoms.patient import Population
from fiducial.phantoms.radiograph import FIELD, Pose
from fiducial.phantoms.scanner import Scanner
from fiducial.scans.scan import Scan

_SPAN = 360.0  # mm across, of CT and MR
_ABOVE = 330.0  # mm above the seat: liver, bowel, spine and ribs in one slice
_SEED = 3

# What a T1-weighted scan makes of it, roughly: air and cortical bone dark, fat bright, organs between. Signal by HU.
_HU = (-1000, -400, -120, -80, 0, 40, 80, 120, 250, 800)
_SIGNAL = (0, 60, 1300, 1200, 500, 800, 950, 1000, 350, 60)
_BLUR = 0.7  # pixels, sigma: a scanner has no harder edges


def specimen(modality: str | None = None, *, side: int = 96, slices: int = 3) -> Scan:
    """A scan of ``modality`` (a DICOM word), ``side`` rows and columns: CT and MR of the upper abdomen, 36 cm across.

    A CT stores HU + 1024 in 12 bits, its slices 1 mm apart. Anything but CT and MR is a frontal chest radiograph of one
    slice with a lead letter in its corner.
    """
    if modality == "CT":
        return _ct(side, slices)
    return _mr(side, slices) if modality == "MR" else _radiograph(modality, side)


def _hounsfield(side: int, slices: int) -> NDArray[np.float32]:
    field = ct.Field((slices, side, side), (1.0, _SPAN / side, _SPAN / side), _ABOVE, (0.0, 15.0))
    build = Build.draw(np.random.default_rng(_SEED))
    lying = ct.Lying(contrast=0.4, table=None)
    sharp = ct.scan(build, lying, field, np.random.default_rng(_SEED), noise=0.0).array.astype(np.float32)
    return _blurred(sharp)


def _blurred(values: NDArray[np.float32]) -> NDArray[np.float32]:
    within_slices: NDArray[np.float32] = ndimage.gaussian_filter(values, (0, _BLUR, _BLUR))
    return within_slices


def _ct(side: int, slices: int) -> Scan:
    white = np.random.default_rng(_SEED).standard_normal((slices, side, side)).astype(np.float32)
    noisy = _hounsfield(side, slices) + 20 * _blurred(white)  # about 8 HU
    stored = np.clip(np.rint(noisy) + 1024, 0, 4095).astype(np.uint16)
    header = {"Modality": "CT", "RescaleSlope": "1", "RescaleIntercept": "-1024", **_stored(12)}
    return Scan(stored, (1.0, _SPAN / side, _SPAN / side), header)


def _mr(side: int, slices: int) -> Scan:
    signal = np.interp(_hounsfield(side, slices), _HU, _SIGNAL)
    rng = np.random.default_rng(_SEED)
    noisy = np.hypot(signal + rng.normal(0, 15, signal.shape), rng.normal(0, 15, signal.shape))  # Rice
    return Scan(np.rint(noisy).astype(np.uint16), (1.0, _SPAN / side, _SPAN / side), {"Modality": "MR", **_stored(12)})


def _radiograph(modality: str | None, side: int) -> Scan:
    rng = np.random.default_rng(_SEED)
    patient = Population().draw(rng, "specimen", ill=True)
    scanner = Scanner("Phantom", "Specimen", matrix=side, blur=0.6, black=-0.15)  # air keeps its grain
    grey = scanner.acquire(radiograph.render(patient, Pose(), side), 1.0, rng)
    pixels = burn(grey, "R", scanner.brightest)
    spacing = FIELD * 10 / side
    return Scan(pixels[None], (math.nan, spacing, spacing), {"Modality": modality or "DX", **_stored(12)})


def _stored(bits: int) -> dict[str, str]:
    return {"PhotometricInterpretation": "MONOCHROME2", "BitsStored": str(bits), "PixelRepresentation": "0"}
