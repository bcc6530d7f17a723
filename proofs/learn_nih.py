"""What do CLAHE, Lanczos, own mean and std, and rotation augmentation buy? ``python -m proofs.learn_nih OUT.md``.

Pneumonia in the radiographs of ChestX-ray14 that are at hand: 633 images of 422 patients, a small network from noise at
128 pixels. Whatever comes out holds for such a network on such data. Needs ``pip install 'fiducial[learn]'``.
"""

import datetime as dt
import os
import shutil
import sys
import tempfile
from pathlib import Path

import polars as pl

import fiducial as fd
from fiducial.claims.ablation import Ablation

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "cxr_nih14"
SEEDS = int(os.environ.get("FIDUCIAL_SEEDS", "3"))
RECIPE = """
[recipe]
name = "pneumonia"
findings = ["pneumonia"]
[data]
cohort = "cohort.parquet"
[[preparation]]
step = "levels"
[[preparation]]
step = "clahe"
[[preparation]]
step = "resize"
rows = 128
columns = 128
method = "lanczos"
[[preparation]]
step = "normalise"
mean = "fit"
[sampler]
kind = "balanced"
[network]
backbone = "small:12"
[[augment]]
kind = "rotation"
degrees = 20
[[augment]]
kind = "shift"
share = 0.05
[training]
batch = 32
ema = 0.95
monitor = "auroc"
device = "cpu"
[[phases]]
name = "whole"
epochs = 12
learning_rate = 3e-3
"""
UPRIGHT = ("preparation.clahe", "preparation.resize.method=area", "preparation.normalise")


def write_cohort(folder: Path) -> None:
    """``cohort.parquet``, by patient, and ``turned/cohort.parquet``, whose tuning images are turned by 10 or 20 deg."""
    table = REAL / "metadata.csv"
    built = fd.build_cohort(fd.Source(REAL, fd.Unit.IMAGE, table)).cohort
    whole = fd.split_cohort(
        built, fd.SplitRecipe(fractions=(0.6, 0.4, 0.0), stratify=("label.pneumonia",), seed=1)
    ).cohort
    fd.write_cohort(whole, folder / "cohort.parquet")
    turned = fd.KnownLabels(done={"turned": "rotation"}, severities=(3, 4))
    rows = fd.label_cohort(whole, turned, folder / "turned").cohort.rows
    wanted = (pl.col("label.turned") == 1) == (pl.col("split") == "tune")
    labels = whole.rows.select("label.pneumonia", source_study="study")
    kept = rows.filter(wanted).join(labels, on="source_study").drop("label.turned")
    kept.write_parquet(folder / "turned" / "cohort.parquet")


def ablations(folder: Path) -> dict[str, Ablation]:
    """Each choice on upright images, then rotation augmentation on images that were turned."""
    recipe = folder / "recipe.toml"
    recipe.write_text(RECIPE)
    turned = folder / "turned" / "recipe.toml"
    turned.write_text(RECIPE)
    options = fd.AblateOptions(seeds=SEEDS)
    axes = [*UPRIGHT, "augment.rotation"]
    return {
        "upright": fd.ablate_recipe(recipe, axes, folder / "ablation", options),
        "turned": fd.ablate_recipe(turned, ["augment.rotation"], folder / "turned" / "ablation", options),
    }


def main(out: Path) -> None:
    """Train, and write the page; the whole pages of both ablations are left where it was called."""
    if not REAL.exists():
        raise SystemExit(f"{REAL}: the radiographs are not here; nothing was proven and {out} is as it was.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_cohort(folder)
        found = ablations(folder)
        for where, ablated in (("upright", folder), ("turned", folder / "turned")):
            shutil.copyfile(ablated / "ablation" / "ablation.html", Path(f"{out.stem}-{where}.html"))
    out.write_text(_page(found), encoding="utf-8")
    print(out.read_text(encoding="utf-8"))


def _page(found: dict[str, Ablation]) -> str:
    lines = [
        "# What preprocessing bought: pneumonia in ChestX-ray14",
        "",
        f"`python -m proofs.learn_nih docs/proofs-learn-nih.md`, {dt.datetime.now(tz=dt.UTC).date()}. 633 images of",
        "422 patients (Wang et al., CVPR 2017; the NIH Clinical Center is the source), 60% to train and 40% to tune by",
        f"patient, `small:12` at 128 pixels from noise, {SEEDS} seeds, `fiducial learn ablate`. A",
        "difference is the variant's AUROC on the tuning split less the recipe's; its 95% interval holds patients and",
        "seeds. Not a medical device.",
        "",
        "| images to judge | variant | AUROC of the recipe | of the variant | difference | |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    names = {"upright": "as they are", "turned": "turned by 10 or 20 degrees"}
    for where, ablation in found.items():
        for one in ablation.contrasts:
            low, high = one.interval.low, one.interval.high
            lines.append(
                f"| {names[where]} | `{one.variant}` | {one.baseline:.3f} | {one.auroc:.3f} | "
                f"{one.difference:+.3f} ({low:+.3f} to {high:+.3f}) | {one.shown(ablation.confidence)} |"
            )
        lines += [f"| {names[where]} | `{name}` | | | | no result: {why} |" for name, why in ablation.failed.items()]
    told = "The recipe has CLAHE, Lanczos, its own mean and std and rotation by up to 20 degrees; `off` leaves one out."
    return "\n".join([*lines, "", told, "", "![differences and their intervals](pictures/learn-nih.png)", ""])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
