"""Condition: a steel rod in the body. Streaks run from it across a CT, dark where rays meet the most tissue."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from fiducial.scans.body_mask import body_mask
from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.rays import Coarse, Plane, Sinogram
from fiducial.scans.conditions.spacing import pixel_size
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan

_GRID, _VIEWS = 256, 360
_PATHS = 96  # the grid on which rays measure tissue: a ray's sum is smooth
_BONE = 150.0  # HU: metal is where bone is, if there is any

# Attenuation per mm at 60, 80 and 100 keV: NIST, Hubbell and Seltzer, NISTIR 5632, doi:10.18434/T4D01F.
_SHARES = np.array([0.4, 0.35, 0.25])  # of a beam of about 120 kV behind its filter, by eye
_WATER = np.array([0.02059, 0.01837, 0.01707])
_IRON = np.array([0.948, 0.468, 0.293])
_PHOTONS = 4e5  # a ray's, before the body
_SCATTERED = 4.0  # photons that reach a ray which should have none


@dataclass(frozen=True, slots=True)
class Rod:
    """``diameter`` in mm; ``down``, ``right``: where, as shares of height and width; ``seed``: of the photons."""

    diameter: float
    down: float
    right: float
    seed: int

    def apply(self, scan: Scan) -> Scan:
        """Add the rod and its streaks to every slice: what the rays through it measured, less what they should have."""
        pixel = pixel_size(scan)
        values = physical(scan)
        rng = np.random.default_rng(self.seed)
        grid = Coarse.over(values.shape[1:], pixel, most=_GRID, views=_VIEWS)
        return with_physical(scan, values + np.stack([self._added(one, grid, pixel, rng) for one in values]))

    def _added(self, values: Plane, grid: Coarse, pixel: tuple[float, float], rng: np.random.Generator) -> Plane:
        y = (self.down - 0.5) * values.shape[0] * pixel[0]
        x = (self.right - 0.5) * values.shape[1] * pixel[1]
        passing = x * np.cos(grid.angles) + y * np.sin(grid.angles)  # where each view sees the rod
        steel = _chords(grid.offsets[None, :] - passing[:, None], self.diameter, grid.width)
        view, ray = np.nonzero(steel)
        paths = Coarse.over(values.shape, pixel, most=_PATHS, views=_VIEWS)
        density = np.maximum(1 + paths.shrink(values) / 1000, 0)
        tissue = paths.integrate(density, grid.angles[view], grid.offsets[ray])
        wrong = np.zeros(steel.shape, dtype=np.float32)
        wrong[view, ray] = 1000 * (_measured(tissue, steel[view, ray], rng) - tissue)
        return grid.enlarge(grid.reconstruct(wrong), values.shape)


def _chords(offset: npt.NDArray[np.floating], diameter: float, width: float) -> Sinogram:
    """Mean mm of steel in rays that pass a rod at ``offset`` mm from its axis.

    Focal spot and detector spread a ray over a triangle, ``width`` wide at half height; without it, moire appears.
    """
    within = np.linspace(-1, 1, 15)[1:-1]
    distance = offset[..., None] + within * width
    chords = 2 * np.sqrt(np.maximum((diameter / 2) ** 2 - distance**2, 0))
    spread: Sinogram = np.average(chords, axis=-1, weights=1 - np.abs(within)).astype(np.float32)
    return spread


def _measured(tissue: Sinogram, steel: Sinogram, rng: np.random.Generator) -> Sinogram:
    """The mm of water that a scanner believes in, corrected for water, from the photons that were left."""
    arriving = _PHOTONS * np.exp(-np.outer(tissue, _WATER) - np.outer(steel, _IRON)) @ _SHARES
    counted = np.maximum(rng.poisson(arriving + _SCATTERED), 1)
    water = np.arange(0.0, 2000.0)
    expected = -np.log(np.exp(-np.outer(water, _WATER)) @ _SHARES)
    believed: Sinogram = np.interp(np.log(_PHOTONS / counted), expected, water).astype(np.float32)
    return believed


@dataclass(frozen=True, slots=True)
class CtMetal:
    """A rod of steel along the body, in bone where there is bone."""

    name: ClassVar[str] = "ct-metal"
    says: ClassVar[str] = "a steel rod: streaks from a hardened beam and from rays that hardly a photon survives"
    modalities: ClassVar[tuple[str, ...]] = ("CT",)
    unit: ClassVar[str] = "mm"
    severities: ClassVar[tuple[float, float, float, float, float]] = (1, 2.5, 5, 10, 20)
    source: ClassVar[str] = (
        "diameters of about a clip, a wire, a screw, a nail and a stem, chosen by eye; attenuation by NIST "
        "(doi:10.18434/T4D01F), causes of streaks as in Barrett and Keat 2004 (doi:10.1148/rg.246045065)"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Rod:
        """A place in the bone of the body in the middle slice, else in the body, else anywhere in its inner half."""
        middle = physical(scan)[scan.array.shape[0] // 2]
        down, right = _place(middle, rng)
        return Rod(self.severities[severity - 1], down, right, int(rng.integers(2**31)))


def _place(plane: Plane, rng: np.random.Generator) -> tuple[float, float]:
    body = body_mask(np.clip(plane, -1024, 3071).astype(np.int16)[None])[0]
    for candidates in (body & (plane > _BONE), body):
        found = np.argwhere(candidates)
        if found.size:
            row, column = found[rng.integers(len(found))]
            return (float(row) + 0.5) / plane.shape[0], (float(column) + 0.5) / plane.shape[1]
    down, right = rng.uniform(0.25, 0.75, 2)
    return float(down), float(right)
