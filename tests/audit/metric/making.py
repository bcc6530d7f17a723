"""Small bodies on a CT grid whose truth is known: fat, muscle, lungs, a spine, vessels that take contrast."""

import csv
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fiducial.audit.metric.pairs import Paired
from fiducial.scans.nifti_writing import write_volume
from fiducial.scans.volume import Volume

SPACING = (6.0, 3.0, 3.0)  # mm
SHAPE = (20, 112, 112)


@cache
def body(
    patient: int, *, contrast: float, noise: int, raised: float = 0.0, shape: tuple[int, int, int] = SHAPE
) -> npt.NDArray[np.int16]:
    """HU of a patient; ``raised``: mm by which the scan was taken further up; ``noise``: the seed of the noise."""
    rng = np.random.default_rng(patient)
    wide, deep, pitch, phase = rng.uniform([120, 75, 26, 0], [140, 90, 32, 30])
    vessels = rng.uniform(-45, 45, (6, 2))
    slopes = rng.uniform(-0.5, 0.5, (6, 2))
    slices, rows, columns = shape
    y = (np.arange(rows) - rows / 2)[:, None] * SPACING[1]
    x = (np.arange(columns) - columns / 2)[None, :] * SPACING[2]
    made = np.full(shape, -1000.0, dtype=np.float32)
    for k in range(slices):
        z = k * SPACING[0] + raised
        plane = made[k]
        taper = 1 - 0.12 * np.cos(z / 45)
        plane[(x / (wide * taper)) ** 2 + (y / (deep * taper)) ** 2 < 1] = -95
        plane[(x / (wide * taper - 14)) ** 2 + (y / (deep * taper - 12)) ** 2 < 1] = 48
        lung = 30 * max(0.0, np.sin(z / 40))
        for side in (-60, 60):
            plane[((x - side) / (lung + 1e-3)) ** 2 + ((y + 15) / (1.3 * lung + 1e-3)) ** 2 < 1] = -840
        bone = (x / 20) ** 2 + ((y - 40) / 16) ** 2 < 1
        plane[bone] = 90 if (z + phase) % pitch < 7 else 420
        for (at_x, at_y), (by_x, by_y) in zip(vessels, slopes, strict=True):
            vessel = ((x - at_x - by_x * (z - 60)) / 9) ** 2 + ((y - at_y - by_y * (z - 60)) / 9) ** 2 < 1
            plane[vessel & ~bone] = 42 + 200 * contrast
        plane[(np.abs(y - 110) < 4) & (np.abs(x) < 150)] = -550  # the table
    made += np.random.default_rng([noise, patient]).normal(0, 15, shape)
    return np.clip(np.rint(made), -1024, 3071).astype(np.int16)


def volume(array: npt.NDArray[np.int16]) -> Volume:
    z, y, x = SPACING
    return Volume(array, np.diag([x, y, z, 1.0])[:, [2, 1, 0, 3]])


def pair(patient: int, *, raised: float = 0.0, enhanced: float = 0.0, with_input: bool = True) -> Paired:
    """``raised``: how far off, in mm, the plain scan was taken; ``enhanced``: how much contrast the model paints."""
    plain = volume(body(patient, contrast=0, noise=1, raised=raised))
    painted = volume(body(patient, contrast=enhanced, noise=2, raised=raised)) if enhanced else plain
    target = volume(body(patient, contrast=1, noise=3))
    return Paired(f"s{patient}", painted, target, plain if with_input else None, f"p{patient}")


def write_results(folder: Path, pairs: list[Paired], **extra: list[str]) -> Path:
    """``results.csv`` with NIfTI files beside it."""
    rows = []
    for number, one in enumerate(pairs):
        row = {"study": one.study, "patient": one.patient}
        for name in ("prediction", "target", "input"):
            image = getattr(one, name)
            if image is not None:
                row[name] = f"{one.study}-{name}.nii.gz"
                write_volume(image, folder / f"{one.study}-{name}.nii.gz")
        rows.append(row | {name: values[number] for name, values in extra.items()})
    path = folder / "results.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
