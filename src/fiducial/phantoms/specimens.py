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
_HEAD = 240.0  # mm across
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


def head(*, side: int = 96, slices: int = 3) -> Scan:
    """A CT through a head, 24 cm across: scalp, skull, brain with its ventricles, blood against the skull on one side.

    Stored as the CT of :func:`specimen`.
    """
    y, x = (np.mgrid[:side, :side] + 0.5) / side * _HEAD - _HEAD / 2
    out = np.hypot(x / 0.8, y)  # mm, stretched from front to back
    plane = np.full((side, side), -1000.0)
    for reach, value in ((100.0, 30.0), (95.0, 900.0), (86.0, 8.0), (83.0, 34.0)):
        plane[out < reach] = value
    plane[(out < 85) & (np.hypot((x - 12) / 0.8, y) > 79) & (x < -30)] = 70  # blood that lies against the skull
    plane[np.hypot((np.abs(x) - 12) / 0.4, y) < 22] = 8
    white = np.random.default_rng(_SEED).standard_normal((slices, side, side)).astype(np.float32)
    noisy = _blurred(np.repeat(plane[None].astype(np.float32), slices, axis=0)) + 8 * _blurred(white)
    return _stored_ct(noisy, (5.0, _HEAD / side, _HEAD / side))


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
    return _stored_ct(noisy, (1.0, _SPAN / side, _SPAN / side))


def _stored_ct(values: NDArray[np.float32], spacing: tuple[float, float, float]) -> Scan:
    stored = np.clip(np.rint(values) + 1024, 0, 4095).astype(np.uint16)
    header = {"Modality": "CT", "RescaleSlope": "1", "RescaleIntercept": "-1024", **_stored(12)}
    return Scan(stored, spacing, header)


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
