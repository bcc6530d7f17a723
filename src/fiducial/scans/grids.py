"""NIfTI, NRRD and MetaImage files into volumes: the array as the file has it, and its affine to patient space."""

from math import isfinite
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813  (its name everywhere)

from fiducial.errors import UnusableInput
from fiducial.scans.dicom import short
from fiducial.scans.hounsfield import to_hounsfield
from fiducial.scans.nifti import TO_LPS, Matrix, Stored, read_stored
from fiducial.scans.scan import GREY_AXES, Array
from fiducial.scans.volume import Affine, Volume

ITK_SUFFIXES = (".nrrd", ".nhdr", ".mha", ".mhd")
_NEAREST, _FARTHEST = 0.01, 50.0  # mm between voxels of any CT of a patient
_SAME = 0.1  # mm: two affines of one file may differ by this in any corner


def read_nifti_volume(path: Path) -> Volume:
    """Read NIfTI; the sform counts, and the qform where there is none.

    Raises:
        UnusableInput: cut off, 4-D, colour, without an affine or with a singular one, scaled to a unit range.
    """
    stored = read_stored(path)
    if stored.is_colour:
        raise UnusableInput("holds colours; HU are needed, so name the scan itself")
    voxels = _three_axes(stored.voxels)
    affine, notes = _lps(stored, voxels.shape)
    refuse_strange_affine(affine)
    scaled = isfinite(stored.slope) and isfinite(stored.intercept) and stored.slope != 0
    slope, intercept = (stored.slope, stored.intercept) if scaled else (1.0, 0.0)
    return _volume(voxels, affine, notes, slope, intercept)


def read_itk_volume(path: Path) -> Volume:
    """Read NRRD or MetaImage through SimpleITK, whose patient space is LPS too.

    Raises:
        UnusableInput: cut off, not of three axes, colour, with a singular affine, scaled to a unit range.
    """
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError as wrong:
        raise UnusableInput(_why_not(path, wrong)) from wrong
    if image.GetNumberOfComponentsPerPixel() != 1:
        raise UnusableInput("holds several values a voxel (colours or vectors); HU are needed, so name the scan itself")
    if image.GetDimension() != GREY_AXES:
        raise UnusableInput(f"has {image.GetDimension()} axes; a volume has three, so save one volume a file")
    if path.suffix.lower() in (".nrrd", ".nhdr") and "NRRD_space" not in image.GetMetaDataKeys():
        raise UnusableInput("does not say where it lies in the patient (no `space:`); save it with its orientation")
    affine = np.eye(4)
    affine[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * np.array(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    affine = affine[:, [2, 1, 0, 3]]
    refuse_strange_affine(affine)
    return _volume(sitk.GetArrayViewFromImage(image), affine, ())


def refuse_strange_affine(affine: Affine) -> None:
    """Check (4, 4) in mm.

    Raises:
        UnusableInput: not finite, singular, or with voxels so small or large that they were not meant in mm.
    """
    if not np.all(np.isfinite(affine)):
        raise UnusableInput("has an affine with NaN or infinity in it; write it again with its geometry")
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    if min(spacing) == 0 or abs(np.linalg.det(affine[:3, :3] / spacing)) < 1e-3:
        raise UnusableInput("has a singular affine: two of its axes are one; write it again with its geometry")
    told = " x ".join(f"{one:.4g}" for one in spacing)
    if min(spacing) < _NEAREST:
        raise UnusableInput(f"has voxels of {told} mm: they were meant in metres; write it again in mm")
    if max(spacing) > _FARTHEST:
        raise UnusableInput(f"has voxels of {told} mm: they were not meant in its unit; write it again in mm")


def _volume(voxels: Array, affine: Affine, notes: tuple[str, ...], slope: float = 1, intercept: float = 0) -> Volume:
    array, clipped = to_hounsfield(voxels, slope, intercept)
    return Volume(array, affine, {}, notes + clipped.notes())


def _three_axes(voxels: Array) -> Array:
    """Drop axes of 1 in front; a plane becomes one slice."""
    while voxels.ndim > GREY_AXES and len(voxels) == 1:
        voxels = voxels[0]
    if voxels.ndim > GREY_AXES:
        raise UnusableInput(f"is {voxels.ndim}-D with {len(voxels)} volumes; save the one you mean as 3-D")
    while voxels.ndim < GREY_AXES:
        voxels = voxels[np.newaxis]
    return voxels


def _lps(stored: Stored, shape: tuple[int, ...]) -> tuple[Affine, tuple[str, ...]]:
    ras, notes = _ras(stored, shape)
    if stored.noted is not None and stored.to_mm == 1.0:
        return stored.noted, notes
    to_mm = np.diag([stored.to_mm or 1.0] * 3 + [1.0])
    return (to_mm @ TO_LPS @ ras)[:, [2, 1, 0, 3]], notes


def _ras(stored: Stored, shape: tuple[int, ...]) -> tuple[Matrix, tuple[str, ...]]:
    if stored.sform is None and stored.qform is None:
        raise UnusableInput(
            "does not say where it lies in the patient (no sform, no qform); convert it anew from DICOM"
        )
    if stored.sform is None or stored.qform is None:
        return (stored.qform if stored.sform is None else stored.sform), ()  # type: ignore[return-value]  # one is there
    corners = np.array([[x, y, z, 1] for x in (0, shape[2]) for y in (0, shape[1]) for z in (0, shape[0])])
    apart = np.abs((stored.sform - stored.qform) @ corners.T).max() * (stored.to_mm or 1.0)
    told = f"Its sform and qform differ by up to {apart:.1f} mm; the sform is used."
    return stored.sform, (told,) if apart > _SAME else ()


def _why_not(path: Path, wrong: RuntimeError) -> str:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError:
        lines = [line for line in str(wrong).splitlines() if line.strip()]
        return f"cannot be read ({short(RuntimeError(lines[-1].split('): ')[-1]))}); write it again"
    return "is cut off or damaged: its header can be read and its voxels cannot; copy it again, with all of its files"
