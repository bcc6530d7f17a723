"""Does it pay to look at pictures before their labels? Drawn radiographs, two starts, a tenth and all of the labels.

    python examples/look_before_labels.py OUT

OUT gets a drawn hospital, a recipe whose first phase looks at pictures alone, and `comparison/starts.html`: AUROC by
share of labels, and what in-domain pretraining bought. A few minutes; needs `pip install 'fiducial[learn]'`. Whatever
it shows holds for drawn radiographs and a small network. Not a medical device.
"""

import sys
from pathlib import Path

import fiducial as fd
from fiducial.phantoms.hidden_faults import write_hospitals_with_hidden_faults

RECIPE = """
recipe = { name = "look-first", findings = ["opacity"] }
data = { cohort = "cohort.parquet" }
preparation = [
    { step = "levels" },
    { step = "resize", rows = 48, columns = 48, method = "area" },
    { step = "normalise", mean = "fit" },
]
network = { backbone = "small:8" }
training = { batch = 32, ema = 0.9, device = "cpu" }
augment = [{ kind = "shift", share = 0.06 }]

[[phases]]
name = "look"
epochs = 8
learning_rate = 3e-3
objective = { kind = "simclr", temperature = 0.2 }

[[phases]]
name = "whole"
epochs = 4
learning_rate = 3e-3
"""


def main(out: Path) -> None:
    """Draw, compare, print."""
    write_hospitals_with_hidden_faults(out / "hospitals", seed=3, patients=150)
    built = fd.build_cohort(fd.Source(out / "hospitals", fd.Unit.IMAGE)).cohort
    cohort = fd.split_cohort(
        built, fd.SplitRecipe(fractions=(0.6, 0.4, 0.0), stratify=("label.opacity",), seed=1)
    ).cohort
    fd.write_cohort(cohort, out / "cohort.parquet")
    (out / "recipe.toml").write_text(RECIPE)
    found = fd.compare_starts(
        out / "recipe.toml", ["start=noise|in-domain"], (0.1, 1.0), out / "comparison", fd.AblateOptions(seeds=2)
    )
    for row in found.rows():
        told = "" if row["shown"] is None else f", {row['difference']:+.3f} against noise: {row['shown']}"
        print(f"{100 * row['share']:g}% of labels, {row['start']}: AUROC {row['auroc']:.3f}{told}")
    print(f"Written: {out / 'comparison' / 'starts.html'}. Not a medical device.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
