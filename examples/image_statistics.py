"""A model that sees nothing but eight numbers of each image: how far does it get, and what does the ladder say?

    python examples/image_statistics.py COHORT FINDING FOLDER

COHORT is what `fiducial cohort build` wrote, images and all. A clinical model that does no better has not looked at the
anatomy.
"""

import sys
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import fiducial as fd
from fiducial.audit.ladder import AuditedEvidence
from fiducial.batch import run
from fiducial.scans.thumbnail import thumbnail


def statistics(path: Path) -> NDArray[np.float64]:
    """Mean, spread, five percentiles and grain of a small copy of the image; (8,)."""
    grey = thumbnail(path, 128) / 255
    grain = np.abs(np.diff(grey, axis=0)).mean()
    return np.array([grey.mean(), grey.std(), *np.percentile(grey, [5, 25, 50, 75, 95]), grain])


def audit(table: Path, finding: str, folder: Path, *, seed: int = 0) -> AuditedEvidence:
    """Split by patient, fit on train, choose the threshold on tune, and audit on test."""
    cohort = fd.split_cohort(table, fd.SplitRecipe(seed=seed, stratify=(f"label.{finding}",))).cohort
    fd.write_cohort(cohort, folder / "cohort.parquet")
    rows = cohort.rows.filter(pl.col("path").is_not_null())
    outcomes = list(run(statistics, [cohort.folder / path for path in rows["path"]]))
    read = np.array([done.reason is None for done in outcomes])
    features = np.array([done.result if done.result is not None else np.zeros(8) for done in outcomes])
    truth, split = rows[f"label.{finding}"].to_numpy().astype(bool), rows["split"].to_numpy()
    model = make_pipeline(StandardScaler(), LogisticRegression())
    model.fit(features[(split == "train") & read], truth[(split == "train") & read])
    score = np.where(read, model.predict_proba(features)[:, 1], np.nan)
    threshold = float(np.quantile(score[(split == "tune") & read & truth], 0.2))
    predictions = pl.DataFrame(
        {"study": rows["study"], "score": score, "reason": [done.reason for done in outcomes]}
    ).with_columns(pl.col("score").fill_nan(None))
    predictions.write_parquet(folder / "predictions.parquet")
    (folder / "claim.toml").write_text(CLAIM.format(finding=finding, threshold=round(threshold, 3)), encoding="utf-8")
    return fd.climb(folder / "claim.toml")


CLAIM = """
[claim]
name = "image-statistics"
finding = "{finding}"
statement = "Flags frontal chest radiographs with {finding}."
prevalence = [0.01, 0.05]
threshold = {{ value = {threshold}, chosen_on = "tune", rule = "sensitivity >= 0.8" }}

[floors]
auroc = 0.85
sensitivity = 0.80
specificity = 0.80
largest_gap = 0.10
calibration_slope = [0.8, 1.25]

[evidence]
cohort = "cohort.parquet"
predictions = "predictions.parquet"
external_by = ["site"]
strata = ["sex", "age:0-40-60-120", "view"]
"""

if __name__ == "__main__":
    found = audit(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
    for result in found.rungs:
        print(f"{result.rung}: {result.verdict}. {result.sentence}")
    print("Report:", found.save(Path(sys.argv[3]) / "report"))
