"""A verified pair on one grid: the fixed scan's own voxels where both show the body, the moving one brought there."""

import numpy as np
import SimpleITK as sitk  # noqa: N813  (its users know it by no other name)

from fiducial.scans.volume import Volume

_AIR = -1000


def on_one_grid(moving: Volume, fixed: Volume, shift: tuple[float, float, float]) -> tuple[Volume, Volume]:
    """The two on the fixed scan's voxels, cut to the slices in which the moving one has data; int16 HU.

    ``shift`` (x, y, z) is mm to be added to the moving scan's patient coordinates. Linear between voxels, air outside.
    """
    low, high = (end + shift[2] for end in moving.extent[2])
    cut = _between(fixed, low, high)
    moved = moving.affine.copy()
    moved[:3, 3] += shift
    image = sitk.Resample(
        image_of(Volume(moving.array, moved)), image_of(cut), sitk.Transform(), sitk.sitkLinear, _AIR, sitk.sitkInt16
    )
    return Volume(sitk.GetArrayFromImage(image), cut.affine, moving.header), cut


def image_of(volume: Volume) -> sitk.Image:
    """SimpleITK's own: its axes are (column, row, slice), its space LPS as ours."""
    image = sitk.GetImageFromArray(np.ascontiguousarray(volume.array))
    steps = volume.affine[:3, [2, 1, 0]]
    spacing = np.linalg.norm(steps, axis=0)
    image.SetSpacing(spacing.tolist())
    image.SetDirection((steps / spacing).ravel().tolist())
    image.SetOrigin(volume.affine[:3, 3].tolist())
    return image


def _between(volume: Volume, low: float, high: float) -> Volume:
    """The part whose voxels lie from ``low`` to ``high`` along z; the axis that is nearest to z is cut."""
    axis = int(np.abs(volume.affine[2, :3] / np.linalg.norm(volume.affine[:3, :3], axis=0)).argmax())
    step, length = volume.affine[2, axis], volume.array.shape[axis]
    places = volume.affine[2, 3] + step * np.arange(length)
    inside = np.flatnonzero((places >= low) & (places <= high))
    first, last = (int(inside[0]), int(inside[-1]) + 1) if inside.size else (0, length)
    affine = volume.affine.copy()
    affine[:3, 3] += first * affine[:3, axis]
    return Volume(np.take(volume.array, range(first, last), axis), affine, volume.header)
