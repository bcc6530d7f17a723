"""Small cohorts whose finding is a bright square, and a recipe that learns it in seconds."""

from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image

from fiducial.learn.recipe import Training

RECIPE = """
[recipe]
name = "square"
findings = ["square"]
[data]
cohort = "cohort.csv"
[[preparation]]
step = "levels"
low = 0
high = 100
[[preparation]]
step = "resize"
rows = 16
columns = 16
[[preparation]]
step = "normalise"
mean = "fit"
[network]
backbone = "small:4"
dropout = 0.2
[training]
batch = 8
ema = 0.8
device = "cpu"
[[augment]]
kind = "shift"
share = 0.1
[[phases]]
name = "head"
epochs = 2
frozen = true
learning_rate = 1e-2
[[phases]]
name = "whole"
epochs = 3
learning_rate = 1e-2
layer_decay = 0.7
[export]
rule = "specificity >= 0.5"
"""


def rows(train: int = 24, tune: int = 12, test: int = 8) -> pl.DataFrame:
    """Every other study is ill; one patient each, two sites."""
    splits = ["train"] * train + ["tune"] * tune + ["test"] * test
    return pl.DataFrame(
        {
            "study": [f"s{number}" for number in range(len(splits))],
            "patient": [f"p{number}" for number in range(len(splits))],
            "path": [f"s{number}.png" for number in range(len(splits))],
            "site": ["east" if number % 3 else "west" for number in range(len(splits))],
            "split": splits,
            "label.square": [number % 2 for number in range(len(splits))],
        }
    )


def write(folder: Path, table: pl.DataFrame | None = None, recipe: str = RECIPE) -> Path:
    """Pictures, ``cohort.csv`` and ``recipe.toml``; gives the recipe."""
    folder.mkdir(parents=True, exist_ok=True)
    table = rows() if table is None else table
    for number, (path, ill) in enumerate(table.select("path", "label.square").iter_rows()):
        pixels = np.random.default_rng(number).integers(0, 120, (20, 20)).astype(np.uint8)
        if ill:
            pixels[6:12, 6:12] = 250
        Image.fromarray(pixels).save(folder / path)
    table.write_csv(folder / "cohort.csv")
    (folder / "recipe.toml").write_text(recipe)
    return folder / "recipe.toml"


def training() -> Training:
    """On the processor."""
    return Training(device="cpu")
