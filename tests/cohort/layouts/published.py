"""Small data sets in the forms in which large ones are published, for the tests of the layouts."""

from pathlib import Path

import numpy as np
from PIL import Image

from fiducial.cohort.build import Built, build_cohort
from fiducial.cohort.layouts.contract import Source, Unit


def write(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def picture(path: Path, rows: int = 8, columns: int = 12, orientation: int | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    pixels = np.random.default_rng(len(str(path.name))).integers(0, 255, (rows, columns), dtype=np.uint8)
    Image.fromarray(pixels).save(path, exif=exif)
    return path


def built(path: Path, unit: Unit = Unit.STUDY, table: Path | None = None, **columns: str) -> Built:
    """Built without naming the layout, so that recognition is tested with it."""
    return build_cohort(Source(path, unit, table, columns, workers=1))
