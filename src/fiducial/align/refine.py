"""What a rigid registration would still move once a pair is verified; it never rescues one that is not."""

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk  # noqa: N813  (its users know it by no other name)

from fiducial.align.resample import image_of
from fiducial.scans.volume import Volume

_GRID = 4.0  # mm
_AIR = -1000
_BONE = (320, 900)  # HU: all else breathes and would be followed
_SAMPLED = 0.2  # share of the voxels that the metric looks at


@dataclass(frozen=True, slots=True)
class Residual:
    """``moved`` after the refinement; ``shift`` (x, y, z) in mm at the middle of the scan, ``turn`` in degrees."""

    moved: Volume
    shift: tuple[float, float, float]
    turn: tuple[float, float, float]

    def document(self) -> dict[str, float]:
        """By the column of the table of pairs."""
        names = [f"{kind}_{axis}" for kind in ("shift_mm", "turn_degrees") for axis in "xyz"]
        return dict(zip(names, (round(value, 3) for value in (*self.shift, *self.turn)), strict=True))


def refine(moved: Volume, fixed: Volume) -> Residual:
    """Register two volumes on one grid rigidly, by the correlation of bone at 4 mm, starting from where they are."""
    images = [image_of(volume) for volume in (fixed, moved)]
    coarse = [_coarse(image) for image in images]
    middle = coarse[0].TransformContinuousIndexToPhysicalPoint([(length - 1) / 2 for length in coarse[0].GetSize()])
    transform = sitk.Euler3DTransform()
    transform.SetCenter(middle)
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsCorrelation()
    method.SetMetricSamplingStrategy(method.REGULAR)
    method.SetMetricSamplingPercentage(_SAMPLED)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(2.0, 0.01, 100)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetInitialTransform(transform, inPlace=True)
    method.Execute(*coarse)
    image = sitk.Resample(images[1], images[0], transform, sitk.sitkLinear, _AIR, sitk.sitkInt16)
    # The transform takes the fixed to the moving; what moves the moving is its inverse.
    turn = np.degrees([-transform.GetAngleX(), -transform.GetAngleY(), -transform.GetAngleZ()])
    shift = [-value for value in transform.GetTranslation()]
    after = Volume(sitk.GetArrayFromImage(image), fixed.affine, moved.header)
    return Residual(after, (shift[0], shift[1], shift[2]), (float(turn[0]), float(turn[1]), float(turn[2])))


def _coarse(image: sitk.Image) -> sitk.Image:
    shrink = [max(1, int(_GRID / spacing)) for spacing in image.GetSpacing()]
    coarse: sitk.Image = sitk.Cast(sitk.Clamp(sitk.BinShrink(image, shrink), sitk.sitkInt16, *_BONE), sitk.sitkFloat32)
    return coarse
