"""Studies on disk: grey pictures and small volumes whose brightness is known, and some that cannot be read."""

from pathlib import Path

import numpy as np
import polars as pl
import SimpleITK as sitk  # noqa: N813  (as its own documentation does)
from PIL import Image

GREYS = (10, 90, 50, 30, 70)
BAD = "s2"  # the study whose file is no image


def images(folder: Path) -> pl.DataFrame:
    """A cohort of PNG files, two sizes among them; ``s2`` cannot be read."""
    rows = []
    for number, grey in enumerate(GREYS):
        pixels = np.full((10, 12 + 4 * (number % 2)), grey, np.uint8)
        pixels[2:5, 3:6] += np.uint8(number)
        rows.append(_row(number, f"i{number}.png"))
        Image.fromarray(pixels).save(folder / f"i{number}.png")
    (folder / "i2.png").write_bytes(b"\x89PNG, and then nothing of the kind")
    return pl.DataFrame(rows)


def volumes(folder: Path) -> pl.DataFrame:
    """A cohort of NIfTI files of two to six slices, 8 x 10 pixels; ``s2`` cannot be read."""
    rows = []
    for number, grey in enumerate(GREYS):
        ramp = np.linspace(-10, 10, number + 2).reshape(-1, 1, 1)
        values = np.broadcast_to(grey + ramp, (number + 2, 8, 10)).astype(np.int16)
        image = sitk.GetImageFromArray(values)
        image.SetSpacing((0.5, 0.5, 2.0))
        sitk.WriteImage(image, str(folder / f"v{number}.nii"))
        rows.append(_row(number, f"v{number}.nii"))
    (folder / "v2.nii").write_bytes(b"\x00" * 400)
    return pl.DataFrame(rows)


def _row(number: int, path: str) -> dict[str, str]:
    return {"study": f"s{number}", "path": path}
