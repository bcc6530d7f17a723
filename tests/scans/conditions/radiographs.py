"""A made-up radiograph: a soft body with two dark lungs in a dark field, and what a condition makes of a scan."""

import numpy as np
import numpy.typing as npt

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.stress import Stress
from fiducial.scans.physical import Values, physical
from fiducial.scans.scan import Scan

Picture = npt.NDArray[np.uint8]  # (rows, columns)


def picture(rows: int = 200, columns: int = 160) -> Picture:
    """Field 20, body up to 200, lungs about 100, a little grain."""
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    body = 180 * np.clip(1.4 - 1.5 * np.hypot(x, 0.7 * y) ** 4, 0, 1)
    lungs = sum(90 * np.exp(-(((x - side) / 0.2) ** 2) - (y / 0.45) ** 2) for side in (-0.35, 0.35))
    grain = np.random.default_rng(0).normal(0, 1, (rows, columns))
    whole: Picture = np.clip(20 + body - lungs * (body > 90) + grain, 0, 255).astype(np.uint8)
    return whole


def radiograph(image: npt.ArrayLike | None = None, **header: str) -> Scan:
    """One slice, 1 mm pixels."""
    return Scan(np.asarray(picture() if image is None else image)[None], (float("nan"), 1.0, 1.0), header)


def stressed(name: str, scan: Scan, severity: Severity, seed: int = 0) -> Scan:
    """The scan under one condition."""
    return Stress(((name, severity),)).apply(scan, seed=seed, study="a")


def change(name: str, scan: Scan, severity: Severity, seed: int = 0) -> Values:
    """What a condition adds, (slices, rows, columns)."""
    return physical(stressed(name, scan, severity, seed)) - physical(scan)
