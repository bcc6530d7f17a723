"""Pairs of real scans whose shift is known: cut, moved and changed by a known amount, read off, or no pair at all."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813  (its users know it by no other name)
from numpy.typing import NDArray
from scipy import ndimage

from fiducial.scans.volume import Volume
from fiducial.scans.volumes import read_volume

DATA = Path(__file__).parents[2] / "shared" / "data"
_ORGANS = (1, 2, 3, 5, 7, 52, 63, 64)  # TotalSegmentator: spleen, kidneys, liver, pancreas, aorta, both great veins
_ENHANCED = 150.0  # HU
_COUCH = 137.5  # mm by which one of two is moved along z
# Ranges of slices; the label map covers the highest 30 slices of the abdomen, whatever its header says.
_ABDOMENS = (((0, 80), (35, 112)), ((20, 100), (50, 112)), ((40, 112), (5, 90)))
_LUNGS = (((0, 44), (60, 129)), ((16, 64), (0, 86)), ((10, 50), (45, 115)))


@dataclass(frozen=True, slots=True)
class RealPair:
    """``shift`` is mm to be added to the moving scan's z, None where it is no pair; ``slice_mm`` the thicker slice."""

    name: str
    moving: Volume
    fixed: Volume
    shift: float | None
    slice_mm: float


@dataclass(frozen=True, slots=True)
class ReadOff:
    """Two dates of one patient; ``shift`` along z was read off the pictures, give or take ``error`` mm."""

    patient: str
    moving: Path
    fixed: Path
    shift: float
    error: float


_SHIFTS = {
    "A002304": (33.0, 5.0),
    "A046441": (1909.0, 5.0),
    "A048383": (26.0, 5.0),
    "A058062": (100.0, 5.0),
    "A072894": (110.0, 5.0),
}


def read_off_pairs(data: Path) -> Iterator[ReadOff]:
    """Coronal layers of five patients (COVID-19-NY-SBU), the earlier date moving; landmarks are in the page."""
    for patient, (shift, error) in _SHIFTS.items():
        first, second = sorted((data / "ct_pairs_sbu" / patient / "coronal").glob("*.dcm"))
        yield ReadOff(patient, first, second, shift, error)


def true_pairs(data: Path) -> Iterator[RealPair]:
    """Every pair that is one."""
    yield from lung_pairs(data)
    yield from abdomen_pairs(data)


def lung_pairs(data: Path) -> Iterator[RealPair]:
    """Two dates of one lung, the later already registered onto the earlier: cut to other ranges and moved."""
    baseline, later = _lungs(data)
    for first, second in _LUNGS:
        moving, fixed = cut(baseline, *first), moved(cut(later, *second), _COUCH)
        both = f"slices {first[0]}-{first[1]} and {second[0]}-{second[1]}"
        yield RealPair(f"lung, two dates, {both}", moving, fixed, _COUCH, 5.0)
        yield RealPair(f"lung, two dates, {both}, the other way", fixed, moving, -_COUCH, 5.0)


def abdomen_pairs(data: Path) -> Iterator[RealPair]:
    """One abdomen cut to two ranges, one of them enhanced, resampled and made noisy."""
    for number, (first, second) in enumerate(_ABDOMENS):
        moving, fixed = _abdomen_pair(data, first, second, np.random.default_rng([5, number]))
        both = f"slices {first[0]}-{first[1]} and {second[0]}-{second[1]}"
        yield RealPair(f"abdomen, {both}", moving, fixed, _COUCH, 3.0)
        yield RealPair(f"abdomen, {both}, the other way", fixed, moving, -_COUCH, 3.0)


def impostors(data: Path) -> Iterator[RealPair]:
    """Other patients, and the abdomen of one patient with something wrong."""
    abdomen, (baseline, later) = _abdomen(data), _lungs(data)
    aorta = read_volume(data / "ct_volumes" / "totalseg_aorta_cta_1p5mm.nii.gz")
    for name, one, other in (
        ("abdomen and another patient's aorta", abdomen, aorta),
        ("lung and another patient's abdomen", baseline, abdomen),
        ("aorta and another patient's lung", aorta, later),
    ):
        yield RealPair(name, one, other, None, 5.0)
        yield RealPair(f"{name}, the other way", other, one, None, 5.0)
    for number, (first, second) in enumerate(_ABDOMENS):
        where = f"abdomen, slices {first[0]}-{first[1]} and {second[0]}-{second[1]}"
        yield from _spoiled(where, *_abdomen_pair(data, first, second, np.random.default_rng([6, number])), 3.0)
    for first, second in _LUNGS:
        where = f"lung, two dates, slices {first[0]}-{first[1]} and {second[0]}-{second[1]}"
        yield from _spoiled(where, cut(baseline, *first), moved(cut(later, *second), _COUCH), 5.0)


def _spoiled(what: str, moving: Volume, fixed: Volume, slice_mm: float) -> Iterator[RealPair]:
    """Each way in which a scan of the right patient is no partner."""
    wide, narrow = fixed.affine.copy(), fixed.affine.copy()
    wide[:3, 0] *= 1.25
    narrow[:3, 0] *= 0.8
    for name, wrong in (
        ("upside down", replace(fixed, array=fixed.array[::-1])),
        ("turned by 180 degrees", replace(fixed, array=fixed.array[:, ::-1, ::-1])),
        ("spacing told 1.25 times", replace(fixed, affine=wide)),
        ("spacing told 0.8 times", replace(fixed, affine=narrow)),
        ("40 mm of slices lost", replace(fixed, array=_with_a_gap(moving, fixed))),
    ):
        yield RealPair(f"{what}, {name}", moving, wrong, None, slice_mm)


def _with_a_gap(moving: Volume, fixed: Volume) -> NDArray[np.int16]:
    """Without 40 mm from the middle of what both show."""
    (low, high), (bottom, top) = fixed.extent[2], moving.extent[2]
    middle = (max(low, bottom + _COUCH) + min(high, top + _COUCH)) / 2
    lost = round(40 / fixed.spacing[0])
    at = round((middle - low) / fixed.spacing[0]) - lost // 2
    return np.concatenate([fixed.array[:at], fixed.array[at + lost :]])


def cut(volume: Volume, first: int, last: int) -> Volume:
    """The slices from ``first`` to before ``last``, where they are."""
    affine = volume.affine.copy()
    affine[:3, 3] += first * affine[:3, 0]
    return replace(volume, array=volume.array[first:last], affine=affine)


def moved(volume: Volume, by: float) -> Volume:
    """The same under another z, as on a couch at another place; mm."""
    affine = volume.affine.copy()
    affine[2, 3] += by
    return replace(volume, affine=affine)


def resampled(volume: Volume, spacing: tuple[float, float, float]) -> Volume:
    """Linear at another spacing, the first voxel where it was."""
    ratio = np.array(spacing) / volume.spacing
    shape = tuple(int((length - 1) / step) + 1 for length, step in zip(volume.array.shape, ratio, strict=True))
    array = ndimage.affine_transform(volume.array.astype(np.float32), ratio, output_shape=shape, order=1)
    affine = volume.affine.copy()
    affine[:3, :3] *= ratio
    return replace(volume, array=np.rint(array).astype(np.int16), affine=affine)


def noisy(volume: Volume, rng: np.random.Generator, deviation: float) -> Volume:
    """With noise of this deviation in HU."""
    noise = deviation * rng.standard_normal(volume.array.shape, dtype=np.float32)
    return replace(volume, array=np.clip(volume.array + noise, -1024, 3071).astype(np.int16))


def _abdomen_pair(
    data: Path, first: tuple[int, int], second: tuple[int, int], rng: np.random.Generator
) -> tuple[Volume, Volume]:
    plain = _abdomen(data)
    lit = plain.array + np.where(_organs(data, plain.array.shape), _ENHANCED, 0.0)
    enhanced = replace(plain, array=lit.astype(np.int16))
    fixed = noisy(resampled(cut(enhanced, *second), (2.0, 2.4, 2.4)), rng, 20.0)
    return noisy(cut(plain, *first), rng, 15.0), moved(fixed, _COUCH)


def _organs(data: Path, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Where the label map names an organ that takes up contrast."""
    labels = sitk.GetArrayFromImage(
        sitk.ReadImage(str(data / "ct_volumes" / "totalseg_abdomen_native_3mm_labels.nii.gz"))
    )
    found = np.zeros(shape, dtype=bool)
    found[-len(labels) :] = np.isin(labels, _ORGANS)
    return found


def _abdomen(data: Path) -> Volume:
    return read_volume(data / "ct_volumes" / "totalseg_abdomen_native_3mm.nii.gz")


def _lungs(data: Path) -> tuple[Volume, Volume]:
    names = "elastix_lung_baseline_2p7mm.mha", "elastix_lung_followup_registered.mha"
    baseline, later = (read_volume(data / "ct_volumes" / name) for name in names)
    return baseline, later
