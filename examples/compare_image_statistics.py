"""Four audits of one claim on public radiographs, each compared with the one before it, and their history.

    python examples/compare_image_statistics.py COHORT FINDING FOLDER

COHORT is what `fiducial cohort build` wrote, images and all. A model that sees two numbers of an image, then eight; the
same at a stricter threshold; and the eight again after every tenth label was turned. FOLDER gets a report for each, two
comparisons and a page with the history. None of these models is of any use; what is told about them is the point.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from image_statistics import CLAIM, statistics
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import fiducial as fd
from fiducial.batch import run
from fiducial.cohort.table import Cohort


@dataclass(frozen=True)
class Version:
    """One model: how many of the eight numbers it sees, the sensitivity asked on tune, and whether labels turned."""

    name: str
    numbers: int
    sensitivity: float = 0.8
    every_tenth_label_turned: bool = False


VERSIONS = (
    Version("1-two-numbers", 2),
    Version("2-eight-numbers", 8),
    Version("3-stricter", 8, sensitivity=0.5),
    Version("4-other-labels", 8, every_tenth_label_turned=True),
)


def main(table: Path, finding: str, folder: Path) -> None:
    """Audit every version, compare neighbours, and write the history."""
    cohort = fd.split_cohort(table, fd.SplitRecipe(seed=0, stratify=(f"label.{finding}",))).cohort
    rows = cohort.rows.filter(pl.col("path").is_not_null())
    outcomes = list(run(statistics, [cohort.folder / path for path in rows["path"]]))
    features = np.array([np.zeros(8) if done.result is None else done.result for done in outcomes])
    for version in VERSIONS:
        audit(version, replace(cohort, rows=rows), features, finding, folder)
    for before, after in (VERSIONS[0:2], VERSIONS[1:3], VERSIONS[1::2]):
        found = fd.compare_audits(folder / "audits" / before.name, folder / "audits" / after.name)
        print(f"{before.name}, then {after.name}: {found.outcome}. {' '.join(found.reasons)}")
        print("Page:", found.save(folder / f"{before.name[0]}-to-{after.name[0]}"))
    print("History:", *fd.read_history(folder / "audits").save(folder / "history"))


def audit(version: Version, cohort: Cohort, features: NDArray[np.float64], finding: str, folder: Path) -> None:
    """Fit on train, choose the threshold on tune, audit on test."""
    label = f"label.{finding}"
    truth, split = cohort.rows[label].to_numpy().astype(bool), cohort.rows["split"].to_numpy()
    model = make_pipeline(StandardScaler(), LogisticRegression())
    seen = features[:, : version.numbers]
    model.fit(seen[split == "train"], truth[split == "train"])
    score = model.predict_proba(seen)[:, 1]
    threshold = float(np.quantile(score[(split == "tune") & truth], 1 - version.sensitivity))
    turned = (np.arange(truth.size) % 10 == 0) & version.every_tenth_label_turned
    work = folder / "work" / version.name
    labelled = cohort.rows.with_columns(pl.Series(label, (truth ^ turned).astype(int)))
    fd.write_cohort(replace(cohort, rows=labelled), work / "cohort.parquet")
    pl.DataFrame({"study": cohort.rows["study"], "score": score}).write_parquet(work / "predictions.parquet")
    claim = CLAIM.format(finding=finding, threshold=round(threshold, 3))
    (work / "claim.toml").write_text(claim, encoding="utf-8")
    fd.climb(work / "claim.toml").save(folder / "audits" / version.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
