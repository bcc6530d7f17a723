"""Small CT series whose finding is a bright square in one slice, as a cohort of images; names say nothing of order."""

from hashlib import blake2s
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image
from pydicom import Dataset, dcmwrite

import fiducial as fd
from fiducial.cohort.layouts.contract import Source, Unit
from fiducial.phantoms.ct_series import Series, ct_slice
from fiducial.scans.volume import Volume

SLICES, SIZE = 4, 16
AFFINE = np.array([[0, 0, 1.0, 0], [0, 1.0, 0, 0], [5.0, 0, 0, 0], [0, 0, 0, 1]])
RECIPE = """
[recipe]
name = "square"
findings = ["square"]
[data]
cohort = "cohort.parquet"
[[preparation]]
step = "window"
windows = [[40, 80], [80, 200]]
[network]
backbone = "small:4"
[training]
batch = 16
device = "cpu"
[[phases]]
name = "whole"
epochs = 2
learning_rate = 1e-2
[sequence]
kind = "gru"
width = 8
epochs = 3
[export]
rule = "specificity >= 0.5"
calibrator = "platt"
deployed_prevalence = 0.03
[audit]
harmless = ["coil"]
masks = "masks.csv"
conditions = ["mask-border:3"]
studies = 24
"""


def write(folder: Path, train: int = 12, tune: int = 12, test: int = 4, *, naming: str = "a") -> Path:
    """Every other patient is ill; gives the recipe. ``naming``: another word gives every file another name."""
    rows = []
    for number, split in enumerate(["train"] * train + ["tune"] * tune + ["test"] * test):
        for place, dataset in enumerate(series(number)):
            name = blake2s(f"{naming} {number} {place}".encode(), digest_size=5).hexdigest()
            dcmwrite(folder / f"{name}.dcm", dataset, enforce_file_format=True)
            ill = int(number % 2 and place == _where(number))
            rows.append((f"{name}.dcm", f"p{number}", split, ill))
    pl.DataFrame(rows, ["path", "patient", "split", "label.square"], orient="row").write_csv(folder / "told.csv")
    built = fd.build_cohort(Source(folder, Unit.IMAGE, table=folder / "told.csv", workers=1)).cohort
    fd.write_cohort(built, folder / "cohort.parquet")
    _write_masks(built.rows, folder)
    (folder / "recipe.toml").write_text(RECIPE)
    return folder / "recipe.toml"


def series(number: int) -> list[Dataset]:
    rng = np.random.default_rng(number)
    array = rng.integers(10, 60, (SLICES, SIZE, SIZE)).astype(np.int16)
    if number % 2:
        array[_where(number), 4:10, 4:10] = 75
    volume = Volume(array, AFFINE)
    return [ct_slice(volume, place, Series(f"p{number}")) for place in range(SLICES)]


def _where(number: int) -> int:
    return number // 2 % SLICES


def _write_masks(rows: pl.DataFrame, folder: Path) -> None:
    """A coil in the corner of every image."""
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[12:, 12:] = 255
    Image.fromarray(mask).save(folder / "coil.png")
    told = rows.select("study", region=pl.lit("coil"), path=pl.lit("coil.png"))
    told.write_csv(folder / "masks.csv")
