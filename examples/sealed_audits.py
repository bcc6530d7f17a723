"""A sealed test, two looks, and everything that a committee asks for: pneumonia or fractures, on public radiographs.

    python examples/sealed_audits.py nih|fracatlas DATA OUT

DATA is the folder of the images (`cxr_nih14` or `fracture_fracatlas` with their `metadata.csv`). The test is sealed
before any model is fitted; a model of two grey values is the first look, one of eight the second. OUT gets the claim
with its seal and ledger, a report of each look with all documents and the PDF, their comparison and history, and at
last the seal is verified as a reviewer would. Neither model is of any use; what is told about them is the point.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from image_statistics import statistics
from numpy.typing import NDArray
from public_radiographs import with_facts_of_fracatlas
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import fiducial as fd
from fiducial.batch import run
from fiducial.cohort.table import Cohort


@dataclass(frozen=True)
class Images:
    """One public data set: its finding, where it would be used, and whom it is looked at by."""

    finding: str
    prevalence: tuple[float, float]
    strata: tuple[str, ...]
    leaks: tuple[str, ...] = ()  # columns that restate the label


CHOICES = {
    "nih": Images("pneumonia", (0.01, 0.05), ("sex", "view", "age:0-40-60-120"), ("folder_label",)),
    "fracatlas": Images("fractured", (0.1, 0.3), ("hardware", "body_part")),
}
LOOKS = {"look-1": 2, "look-2": 8}  # how many of the eight numbers the model sees


def main(which: str, data: Path, out: Path) -> None:
    """Seal, look twice, compare, and prove it."""
    images = CHOICES[which]
    cohort = cohort_of(which, data)
    fd.write_cohort(cohort, out / "cohort.parquet")
    strata = ", ".join(f'"{one}"' for one in images.strata)
    (out / "claim.toml").write_text(
        CLAIM.format(which=which, finding=images.finding, prevalence=list(images.prevalence), strata=strata)
    )
    print("Sealed:", fd.seal_cohort(out / "claim.toml", by="an example").path)
    outcomes = list(run(statistics, [cohort.folder / path for path in cohort.rows["path"]]))
    features = np.array([np.zeros(8) if done.result is None else done.result for done in outcomes])
    for look, numbers in LOOKS.items():
        scores(cohort.rows, images.finding, features[:, :numbers]).write_parquet(out / "predictions.parquet")
        evidence = fd.climb(out / "claim.toml", resamples=1000)
        print(f"{look}: {evidence.verdict}. {evidence['internal'].sentence} {evidence['seal'].sentence}")
        evidence.save(out / look, pdf=True, documents=True)
    compared = fd.compare_audits(out / "look-1", out / "look-2")
    print(f"Compared: {compared.outcome}. {' '.join(compared.reasons)}")
    compared.save(out / "comparison")
    fd.read_history([out / look for look in LOOKS]).save(out / "history")
    print("Verified:", "the seal holds" if not fd.verify_cohort(out / "claim.toml").exit_code else "the seal is broken")


def cohort_of(which: str, data: Path) -> Cohort:
    """Build, add what else is known, split by patient."""
    images = CHOICES[which]
    built = fd.build_cohort(fd.Source(data, fd.Unit.IMAGE)).cohort
    rows = with_facts_of_fracatlas(data, built.rows) if which == "fracatlas" else built.rows
    readable = rows.filter(pl.col("path").is_not_null()).drop(images.leaks, strict=False)
    recipe = fd.SplitRecipe(seed=1, fractions=(0.5, 0.15, 0.35), stratify=(f"label.{images.finding}",))
    return fd.split_cohort(replace(built, rows=readable), recipe).cohort


def scores(rows: pl.DataFrame, finding: str, seen: NDArray[np.float64]) -> pl.DataFrame:
    """Fit on train; shift the log-odds so that four in five of the ill on tune score 0.5 or more."""
    truth, split = rows[f"label.{finding}"].to_numpy().astype(bool), rows["split"].to_numpy()
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(seen[split == "train"], truth[split == "train"])
    raw = logit(np.clip(model.predict_proba(seen)[:, 1], 1e-6, 1 - 1e-6))
    threshold = np.quantile(raw[(split == "tune") & truth], 0.2, method="lower")
    return pl.DataFrame({"study": rows["study"], "score": expit(raw - threshold)})


CLAIM = """
[claim]
name = "{which}-image-statistics"
finding = "{finding}"
statement = "Flags radiographs with {finding}, by the grey values of a small copy."
intended_use = "None: an example of what an audit shows."
prevalence = {prevalence}
threshold = {{ value = 0.5, chosen_on = "tune" }}
threshold_probability = [0.05, 0.3]

[floors]
auroc = 0.85
sensitivity = 0.80
specificity = 0.80
largest_gap = 0.10
net_benefit = 0.0
looks = 2

[ladder]
required = ["internal", "bias", "relevance", "seal"]

[evidence]
cohort = "cohort.parquet"
predictions = "predictions.parquet"
strata = [{strata}]
"""

if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
