"""Condition: a patient who moves between lines of k-space. An MR image is blurred, doubled and rippled."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy import fft, ndimage

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.spacing import pixel_size
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan

_MOVES = 6


@dataclass(frozen=True, slots=True)
class Pose:
    """From ``since`` on, a share of the lines, the patient lies ``down``, ``right`` mm and ``turned`` degrees."""

    since: float
    down: float
    right: float
    turned: float


@dataclass(frozen=True, slots=True)
class Moves:
    """``poses`` one after another; before the first, and in the middle lines, the patient lies still.

    ``axis``: phase encoding runs along rows (0) or columns (1) of a slice.
    """

    axis: int
    poses: tuple[Pose, ...]

    def apply(self, scan: Scan) -> Scan:
        """Take each line of k-space from the pose it was measured in, the same in every slice; give the magnitude."""
        pixel = pixel_size(scan)
        return with_physical(scan, np.stack([self._moved(one, pixel) for one in physical(scan)]))

    def _moved(self, plane: npt.NDArray[np.float32], pixel: tuple[float, float]) -> npt.NDArray[np.float32]:
        k_space = fft.fft2(plane)
        lines = plane.shape[self.axis]
        pose_of = self._pose_of(lines)
        for number, pose in enumerate(self.poses):
            taken = np.flatnonzero(pose_of == number)
            if taken.size:
                where = (taken, slice(None)) if self.axis == 0 else (slice(None), taken)
                k_space[where] = fft.fft2(_in_pose(plane, pose, pixel))[where]
        return np.abs(fft.ifft2(k_space)).astype(np.float32)

    def _pose_of(self, lines: int) -> npt.NDArray[np.int64]:
        """The number of the pose of each line, as the spectrum is ordered (the middle first); -1 where still."""
        share = np.mod(np.arange(lines) + lines // 2, lines) / lines  # of the scan, when each was measured
        number: npt.NDArray[np.int64] = np.searchsorted([pose.since for pose in self.poses], share, side="right") - 1
        middle = number[0]
        return np.where(number == middle, -1, number)


def _in_pose(plane: npt.NDArray[np.float32], pose: Pose, pixel: tuple[float, float]) -> npt.NDArray[np.float32]:
    angle = np.deg2rad(pose.turned)
    size = np.diag(pixel)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = np.linalg.inv(size) @ turn @ size
    middle = (np.array(plane.shape) - 1) / 2
    shift = np.array([pose.down / pixel[0], pose.right / pixel[1]])
    offset = middle - matrix @ (middle + shift)
    moved: npt.NDArray[np.float32] = ndimage.affine_transform(plane, matrix, offset, order=1, mode="constant")
    return moved


@dataclass(frozen=True, slots=True)
class MrMotion:
    """Some sudden movements in the plane, while one slice after another is measured line by line."""

    name: ClassVar[str] = "mr-motion"
    says: ClassVar[str] = "the patient moves between lines of k-space: blur, doubled edges, ripples"
    modalities: ClassVar[tuple[str, ...]] = ("MR",)
    unit: ClassVar[str] = "mm"
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.5, 1, 2, 4, 8)
    source: ClassVar[str] = (
        "the most that a movement shifts, and in degrees turns; lines of k-space from several poses as in Shaw et al. "
        "2019 (MIDL, PMLR 102:427-436) and in TorchIO, whose default is 10 mm and 10 degrees (doi:10.1016/j.cmpb.2021"
        ".106236); the five are chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Moves:  # noqa: ARG002  (contract)
        """The direction of phase encoding, when the patient moved, and whereto."""
        most = self.severities[severity - 1]
        axis = int(rng.integers(2))
        since = (np.arange(_MOVES) + rng.uniform(0, 1, _MOVES)) / _MOVES  # never all at one end
        poses = rng.uniform(-most, most, (_MOVES, 3))
        return Moves(axis, tuple(Pose(float(at), *map(float, pose)) for at, pose in zip(since, poses, strict=True)))
