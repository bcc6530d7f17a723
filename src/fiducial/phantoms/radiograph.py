"""A patient in a pose -> a frontal chest radiograph: the attenuation that each pixel's ray has met.

Beer and Lambert: attenuation is the sum of coefficient x thickness along the ray. Air in the lung is taken away from
the trunk; heart, vessels and patches of disease displace air. The coefficients are round numbers for about 60 keV.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from fiducial.phantoms import anatomy
from fiducial.phantoms.anatomy import Plane
from fiducial.phantoms.patient import Blob, Patient

FIELD = 37.0  # cm: the side of the square detector
SOFT = 0.205  # 1/cm
BONE = 0.33  # 1/cm beyond the soft tissue that it replaces
INFLATION = 0.66  # share of the lung that is air
BRANCHES = 16  # vessels in each lung


@dataclass(frozen=True, slots=True)
class Pose:
    """How the patient stood this time."""

    right: float = 0.0  # cm towards the viewer's right
    down: float = 0.0  # cm
    breath: float = 0.0  # cm by which the diaphragm is lower than usual

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Pose":
        """A small, ordinary misplacement."""
        return cls(float(rng.normal(0, 0.5)), float(rng.normal(0, 0.5)), float(rng.normal(0, 0.5)))


def render(patient: Patient, pose: Pose, size: int = 160) -> Plane:
    """Attenuation as a natural logarithm: 0 in open air, about 2 in the lungs and 4 in the mediastinum.

    Shape (rows, columns) = (``size``, ``size``), field 37 cm square; the patient's right is on the viewer's left.
    """
    x, y = _patient_frame(patient, pose, size)
    base = 6.6 + pose.breath
    girth = patient.habitus * (1.0 if patient.sex == "M" else 0.97)
    air = _air(patient, x, y, base)
    tissue = anatomy.trunk(x, y, girth) - INFLATION * air
    if patient.sex == "F":
        tissue = tissue + anatomy.breasts(x, y, 0.4 + 0.55 * patient.habitus)
    tissue = tissue - anatomy.airway(x, y) - anatomy.stomach(x, y, base)
    tissue = tissue + _vessels(patient.pattern, x, y, air)
    tissue = tissue + _blobs(patient.opacity + patient.distractors, x, y) * np.clip(air / 4, 0, 1)
    bone = anatomy.spine(x, y) + anatomy.ribs(x, y, base) + anatomy.long_bones(x, y, girth)
    return SOFT * np.maximum(tissue, 0) + BONE * _mineral(patient) * bone


def in_pixels(blob: Blob, patient: Patient, pose: Pose, size: int) -> tuple[float, float, float, float]:
    """The square around a blob, x0, y0, x1, y1, in the image that ``render`` makes of this patient."""
    stature = _stature(patient)
    x, y = (blob.x * stature + pose.right, blob.y * stature + pose.down)
    reach = blob.radius * stature
    x0, y0, x1, y1 = ((one / FIELD + 0.5) * size for one in (x - reach, y - reach, x + reach, y + reach))
    return x0, y0, x1, y1


def _patient_frame(patient: Patient, pose: Pose, size: int) -> tuple[Plane, Plane]:
    along = ((np.arange(size) + 0.5) / size - 0.5) * FIELD
    stature = _stature(patient)
    return (along[None, :] - pose.right) / stature, (along[:, None] - pose.down) / stature


def _stature(patient: Patient) -> float:
    return 1.0 if patient.sex == "M" else 0.95


def _air(patient: Patient, x: Plane, y: Plane, base: float) -> Plane:
    heart = anatomy.heart(x, y, 0.94 + 0.0015 * (patient.age - 50))
    return np.maximum(anatomy.lungs(x, y, base) - heart, 0)


def _mineral(patient: Patient) -> float:
    # Bone thins with age; the rate is a plausible round number, not a measured one.
    return 1.1 - 0.003 * (patient.age - 20)


def _blobs(blobs: tuple[Blob, ...], x: Plane, y: Plane) -> Plane:
    total = np.zeros((y.shape[0], x.shape[1]))
    for blob in blobs:
        inside = np.maximum(1 - ((x - blob.x) ** 2 + (y - blob.y) ** 2) / blob.radius**2, 0)
        total += blob.depth * inside * np.sqrt(inside)
    return total


def _vessels(pattern: int, x: Plane, y: Plane, air: Plane) -> Plane:
    """Branches that leave each hilum and thin out, and a fine mottle; drawn from the patient's own seed."""
    rng = np.random.default_rng(pattern)
    branches = _splat(*_draw_branches(rng), x, y)
    sharpness = x.shape[1] / FIELD  # pixels a cm
    mottle = 0.09 * sharpness * ndimage.gaussian_filter(rng.standard_normal(branches.shape), 0.3 * sharpness)
    texture: Plane = ndimage.gaussian_filter(branches, 0.16 * sharpness) + mottle
    return texture * np.clip(air / 5, 0, 1)


def _draw_branches(rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (2, n) in cm along all vessels, and the cm3 that each stands for (n,)."""
    count = 2 * BRANCHES
    side = np.repeat([-1.0, 1.0], BRANCHES)[:, None]
    angle = rng.uniform(-0.45, 0.45, (count, 1)) * np.pi
    bend = rng.normal(0, 0.09, (count, 1))
    reach = np.linspace(0, 1, 90) * rng.uniform(4.0, 9.5, (count, 1))
    root = np.stack([2.9 + rng.normal(0, 0.35, (count, 1)), -1.6 + 2.2 * np.sin(angle)])
    heading = angle + bend * reach + 0.15 * np.sin(reach + 40 * angle)
    points = root + np.stack([reach * np.cos(heading), 1.1 * reach * np.sin(heading)])
    thinning = (1.1 - reach / reach[:, -1:]) ** 1.3 * np.minimum(0.35 + reach / 2.5, 1)
    weights = 0.55 * thinning * reach[:, -1:] / 90
    points[0] *= side
    return points.reshape(2, -1), weights.ravel()


def _splat(points: NDArray[np.float64], weights: NDArray[np.float64], x: Plane, y: Plane) -> Plane:
    """Spread each point's cm3 over the pixel it falls into, as cm of thickness."""
    rows, columns = y.shape[0], x.shape[1]
    pitch = float(x[0, 1] - x[0, 0])
    column = np.rint((points[0] - x[0, 0]) / pitch).astype(int)
    row = np.rint((points[1] - y[0, 0]) / pitch).astype(int)
    seen = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    volume = np.bincount(row[seen] * columns + column[seen], weights[seen], rows * columns)
    return volume.reshape(rows, columns) / pitch**2
