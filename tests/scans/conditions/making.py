"""Scans that are simple enough for their change to be known: uniform discs, steps, points."""

import numpy as np
import numpy.typing as npt

from fiducial.scans.conditions.contract import Condition, Severity
from fiducial.scans.physical import Values, physical
from fiducial.scans.scan import Scan


def scan_of(values: npt.ArrayLike, *, pixel: float = 1.0, modality: str = "CT") -> Scan:
    """Floating numbers as they are; (rows, columns) or (slices, rows, columns), slices 1 mm apart."""
    array = np.atleast_3d(np.asarray(values, dtype=np.float32))
    planes = array if np.ndim(values) == 3 else np.asarray(values, dtype=np.float32)[None]
    return Scan(planes, (1.0, pixel, pixel), {"Modality": modality})


def disc(side: int = 128, radius: float = 48, inside: float = 0.0, outside: float = -1000.0) -> npt.NDArray[np.float32]:
    """A disc of water in air: (side, side) HU, radius in pixels."""
    return np.where(distances(side) < radius, inside, outside).astype(np.float32)


def distances(side: int) -> npt.NDArray[np.float64]:
    """From the middle, in pixels: (side, side)."""
    along = np.arange(side) - (side - 1) / 2
    far: npt.NDArray[np.float64] = np.hypot(along[:, None], along[None, :])
    return far


def added(condition: Condition, scan: Scan, severity: Severity = 3, seed: int = 1) -> Values:
    """What a condition adds to a scan, (slices, rows, columns)."""
    changed = condition.draw(scan, severity, np.random.default_rng(seed)).apply(scan)
    return physical(changed) - physical(scan)
