"""The demo's small models, really fitted on the spot: features of every image into a logistic regression."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fiducial.batch import run
from fiducial.cohort.table import Cohort
from fiducial.demo.features import Features, Grey
from fiducial.scans.read import read_scan

LABEL = "label.opacity"
SPECIFICITY = 0.85  # the rule by which the threshold is chosen, on the tuning split alone


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a model says of every row of its cohort, and the threshold that the tuning split gave."""

    predictions: pl.DataFrame
    threshold: float


@dataclass(frozen=True, slots=True)
class _Reader:
    """Picklable: reads one image and gives its features."""

    folder: Path
    features: Callable[[Grey], Features]

    def __call__(self, path: str) -> Features:
        return self.features(read_scan(self.folder / path).array[0])


def fit(cohort: Cohort, features: Callable[[Grey], Features], name: str) -> Fitted:
    """Fit on ``train``, choose the threshold on ``tune``, score every row."""
    rows = cohort.rows
    given = _features(cohort, features)
    truth = rows[LABEL].to_numpy().astype(bool)
    split = rows["split"].to_numpy()
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    model.fit(given[split == "train"], truth[split == "train"])
    score = model.predict_proba(given)[:, 1]
    healthy = score[(split == "tune") & ~truth]
    threshold = float(np.round(np.quantile(healthy, SPECIFICITY), 3))
    predictions = pl.DataFrame({"study": rows["study"], "finding": "opacity", "model": name, "score": score})
    return Fitted(predictions, threshold)


def _features(cohort: Cohort, features: Callable[[Grey], Features]) -> NDArray[np.float64]:
    work = _Reader(cohort.folder, features)
    return np.array([done.result for done in run(work, cohort.rows["path"].to_list())])
