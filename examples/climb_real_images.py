"""From public radiographs to an audited bundle: pneumonia in ChestX-ray14, fractures in FracAtlas.

    python examples/climb_real_images.py nih|fracatlas DATA OUT [--most 120]

DATA is the folder of the images (`cxr_nih14` or `fracture_fracatlas` with their `metadata.csv`). OUT becomes a folder
with the cohort, the bundle, predictions, probes and the report. Needs torch, onnx and onnxscript beside fiducial. The
networks are small and trained on hundreds of images: what the ladder says of them is the point, not their accuracy.
"""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

from public_radiographs import with_facts_of_fracatlas
from train_classifier import read_recipe, train

import fiducial as fd

RECIPE = Path(__file__).parent / "recipes" / "radiographs.toml"


@dataclass(frozen=True)
class Images:
    """One public data set: its finding, and what may confound it."""

    finding: str
    strata: tuple[str, ...]


CHOICES = {
    "nih": Images("pneumonia", ("sex", "view", "age:0-40-60-120")),
    "fracatlas": Images("fractured", ("hardware", "body_part")),
}
CONDITIONS = (
    "mask-border:3", "mask-corners:3", "mask-outside-body:3", "marker-added:3", "marker-removed:3",
    "rotation", "resolution", "xray-underexposure", "jpeg", "inverted:2", "flip:2",
)  # fmt: skip


def climb(which: str, data: Path, out: Path, most: int) -> str:
    """Cohort, training, predictions, probes, audit; gives the verdict of every rung."""
    images = CHOICES[which]
    cohort = cohort_of(which, data, out)
    print(train(cohort, images.finding, out / "bundle", read_recipe(RECIPE)))
    fd.pack_bundle(out / "bundle", out / "model.fidu")
    claim = claim_of(images, out)
    fd.predict(out / "model.fidu", cohort, out / "predictions.parquet")
    fd.probe_claim(claim, out / "probes", fd.ProbePlan(conditions=CONDITIONS, most=most))
    fd.explain_studies(out / "model.fidu", cohort, out / "saliency", fd.ExplainOptions(most=12))
    evidence = fd.climb(claim)
    evidence.save(out / "report")
    return "\n".join(f"{one.rung}: {one.verdict}. {one.sentence}" for one in evidence.rungs)


def cohort_of(which: str, data: Path, out: Path) -> Path:
    """Build, add what else is known, split by patient."""
    built = fd.build_cohort(fd.Source(data, fd.Unit.IMAGE)).cohort
    if which == "fracatlas":
        built = replace(built, rows=with_facts_of_fracatlas(data, built.rows))
    recipe = fd.SplitRecipe(seed=1, fractions=(0.5, 0.15, 0.35), stratify=(f"label.{CHOICES[which].finding}",))
    path = out / "cohort.parquet"
    fd.write_cohort(fd.split_cohort(built, recipe).cohort, path)
    return path


def claim_of(images: Images, out: Path) -> Path:
    """The claim that training drafted, with its evidence named."""
    draft = (out / "bundle" / "claims" / f"{images.finding}.toml").read_text(encoding="utf-8")
    path = out / "claim.toml"
    path.write_text(draft + EVIDENCE.format(strata=list(images.strata)).replace("'", '"'), encoding="utf-8")
    return path


EVIDENCE = """
[ladder]
required = ["internal", "bias", "shortcuts", "robustness"]

[evidence]
cohort = "cohort.parquet"
predictions = "predictions.parquet"
bundle = "model.fidu"
probes = "probes"
internal = "test"
strata = {strata}
stress_up_to = 2
"""

if __name__ == "__main__":
    words = argparse.ArgumentParser(description="Train on public radiographs and audit what comes out.")
    words.add_argument("which", choices=sorted(CHOICES))
    words.add_argument("data", type=Path)
    words.add_argument("out", type=Path)
    words.add_argument("--most", type=int, default=120)
    given = words.parse_args()
    print(climb(given.which, given.data, given.out, given.most))
