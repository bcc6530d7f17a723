"""Learn intracranial hemorrhage on drawn heads by the recipe that ships, made small: slices, volumes, an audit.

    python examples/hemorrhage.py FOLDER [--patients 60] [--epochs 16] [--kind gru]

FOLDER gets heads in the layout of RSNA 2019 with their truth, cohorts of slices and volumes, and a run with its bundle.
With 60 patients a core needs about five minutes, most of it for drawing. Needs torch: pip install 'fiducial[learn]'.
Nothing here is a medical device.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import polars as pl

import fiducial as fd
from fiducial.learn import recipe as recipes
from fiducial.learn.recipe import Located, Recipe, read_recipe
from fiducial.phantoms.heads.implants import Thing
from fiducial.phantoms.heads.rsna import write_heads
from fiducial.phantoms.heads.three_hospitals import three_hospitals

SHIPPED = Path(recipes.__file__).parent / "recipes" / "ich-ct.toml"
SMALL = {"batch": 32, "precision": "32-true", "ema": 0.98, "patience": None, "workers": 0}


def main() -> None:
    """Draw, split, learn, and say what was learned."""
    wish = wanted()
    hospitals = [
        replace(one, twice=0.0, scanner=replace(one.scanner, thickness=10.0, thin=0.0))
        for one in three_hospitals(wish.patients, shortcut=Thing.CATHETER, prevalence=0.5)
    ]
    written = write_heads(wish.folder / "heads", hospitals, seed=wish.seed, size=96)
    built = fd.build_cohort(fd.Source(written.folder, fd.Unit.IMAGE), layout="rsna-ich").cohort
    shares = fd.SplitRecipe(fractions=(0.6, 0.4, 0.0), stratify=("label.any",), seed=wish.seed)
    fd.write_cohort(fd.split_cohort(built, shares).cohort, wish.folder / "cohort.parquet")
    learned = fd.learn_bundle(made_small(wish), wish.folder / "run")
    for line in learned.notes:
        print(line)
    for gap in learned.sequence.gaps if learned.sequence else ():
        print(gap)
    for line in learned.audit.lines() if learned.audit else ():
        print(line)
    learned = hardened(wish)
    for gap in learned.sequence.gaps if learned.sequence else ():
        print(f"after its hard negatives: {gap}")
    volumes = fd.stack_cohort(fd.read_cohort(wish.folder / "cohort.parquet"))
    fd.write_cohort(volumes, wish.folder / "volumes.parquet")
    told = fd.predict(learned.packed, wish.folder / "volumes.parquet", wish.folder / "predictions.parquet")
    print(f"{told.studies} volumes scored in {wish.folder / 'predictions.parquet'}")


def hardened(wish: argparse.Namespace) -> fd.Learned:
    """The fourth phase: what it wrongly calls bleeding is a share of every batch of a run that goes on from it."""
    masks = wish.folder / "heads" / "truth" / "masks.csv"
    asked = fd.MineOptions(finding="any", most=40, masks=masks)
    mined = fd.mine_negatives(wish.folder / "run" / "audit" / "bundle", wish.folder / "cohort.parquet", asked)
    print(f"hard negatives look at: {mined.groups}")
    hard = wish.folder / "hard.csv"
    hard.unlink(missing_ok=True)
    fd.save_list(mined, hard)
    # Whoever drew the heads knows that these do not bleed; with patients, a reader decides row by row.
    pl.read_csv(hard).with_columns(decision=pl.lit("keep")).write_csv(hard)
    further = ['phases.deep.sampler={ kind = "mined" }', "phases.deep.epochs=3", "phases.deep.learning_rate=2e-3"]
    words = ["data.mined=hard.csv", "network.after=run/network.safetensors", *further]
    return fd.learn_bundle(fd.change_recipe(made_small(wish), words), wish.folder / "run-hard")


def wanted() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--patients", type=int, default=60)
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--kind", choices=["gru", "transformer", "max"], default="gru")
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def made_small(wish: argparse.Namespace) -> Located:
    """The recipe for a few dozen patients: one finding, a small network, sampled by slices; the rest as it ships."""
    content = read_recipe(SHIPPED).recipe.model_dump(mode="json")
    content["recipe"]["findings"] = ["any"]
    content["network"] |= {"backbone": "small:8"}
    content["preparation"][1] |= {"rows": 64, "columns": 64}
    content["training"] |= SMALL
    content["phases"][0] |= {"epochs": 1, "sampler": {"kind": "balanced"}}
    deep = {"epochs": wish.epochs, "learning_rate": 6e-3, "unfrozen_from": "stage0", "sampler": {"kind": "balanced"}}
    content["phases"][1] |= deep
    content["sequence"] |= {"kind": wish.kind, "width": 32}
    content["audit"] |= {"masks": "heads/truth/masks.csv"}
    content["export"] |= {"rule": "specificity >= 0.5", "deployed_prevalence": 0.03}
    return Located(Recipe.model_validate(content), wish.folder)


if __name__ == "__main__":
    main()
