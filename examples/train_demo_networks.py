"""Rebuild the two bundles of `fiducial demo`: one network that learned a marker, one that never saw it.

    python examples/train_demo_networks.py OUT

Both learn from the same phantoms of one hospital, which lays a marker on its ill. The first is shown whole images, the
second images whose border is cropped, and so is whatever it is asked about later: the crop is a step of its bundle.
The phantoms are drawn with another seed than the demo's. Needs torch, onnx and onnxscript beside fiducial.
"""

import sys
from pathlib import Path

import numpy as np
import polars as pl
import torch
from train_classifier import Recipe, train

import fiducial as fd
from fiducial.phantoms.hidden_faults import write_hospitals_with_hidden_faults

SEED, PATIENTS, HOME = 101, 2500, "Alder"  # the demo draws its own with seed 7
FINDING = "opacity"
LOOK = (
    {"step": "levels", "low": 1.0, "high": 99.0},
    {"step": "resize", "rows": 96, "columns": 96, "method": "area"},
    {"step": "normalise", "mean": [0.5], "std": [0.25]},
)
RECIPES = {
    "marker": Recipe(name="opacity-marker", epochs=6, preparation=LOOK),
    "cropped": Recipe(
        name="opacity-cropped",
        epochs=16,
        learning_rate=5e-3,
        preparation=({"step": "crop", "to": "border", "border": 0.16}, *LOOK),
    ),
}


def rebuild(out: Path) -> dict[str, Path]:
    """Phantoms, training, export, packing; gives the packed bundles by name."""
    torch.set_num_threads(1)  # sums in another order are other weights
    cohort = phantoms(out / "phantoms")
    packed = {}
    for name, recipe in RECIPES.items():
        print(name, train(cohort, FINDING, out / name, recipe))
        packed[name] = out / f"{name}.fidu"
        fd.pack_bundle(out / name, packed[name])
    return packed


def phantoms(folder: Path) -> Path:
    """The first images of one hospital's patients, split by patient into train and tune."""
    planted = write_hospitals_with_hidden_faults(folder, seed=SEED, patients=PATIENTS)
    home = planted.truth.filter((pl.col("site") == HOME) & pl.col("copy_of").is_null())
    patients = home["patient"].unique().sort()
    drawn = np.random.default_rng(0).choice(["train", "tune"], len(patients), p=[0.75, 0.25])
    rows = home.select(
        pl.col("path").alias("study"),
        "patient",
        "path",
        "site",
        pl.col("ill").cast(pl.Int8).alias(f"label.{FINDING}"),
        split=pl.col("patient").replace_strict(dict(zip(patients, drawn, strict=True))),
    )
    rows.write_parquet(folder / "cohort.parquet")
    return folder / "cohort.parquet"


if __name__ == "__main__":
    for path in rebuild(Path(sys.argv[1])).values():
        print(path)
