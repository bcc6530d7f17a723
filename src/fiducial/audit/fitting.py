"""Fitting a cheap rival and scoring the judged rows with it, so that it is as honest as what it rivals.

A rival is never fitted on a patient that it is judged on: it learns from ``split = train`` where that has both classes,
else across folds of patients within the judged rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from fiducial.audit.case import Case
from fiducial.audit.metadata import Column
from fiducial.claims.claim import ALL_ROWS
from fiducial.stats.association import draw_folds

Features: TypeAlias = NDArray[np.float64] | NDArray[np.uint8]
Learner: TypeAlias = Any  # of scikit-learn, which ships no types: fit(X, y), predict_proba(X)

MOST_ROWS = 50_000  # a rival that learns from more gains nothing that its interval would show
ENOUGH = 10  # train rows of either class
COMPONENTS = 40  # of the thumbnails
_CHUNK = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Scores of the judged rows, (n,), comparable with each other only, and in words where they come from."""

    score: NDArray[np.float64]
    told: str


def fit_rival(
    case: Case,
    judged: NDArray[np.int64],
    features: Features,
    learner: Callable[[int], Learner],
    rng: np.random.Generator,
) -> Fitted | None:
    """Score the ``judged`` rows (indices into the case's decisions) from ``features`` (all decisions, width).

    ``learner`` makes a new one for a number of rows to learn from. None where too few bear or lack the label to learn
    anything.
    """
    with threadpool_limits(1):  # the threads of small fits wait for each other longer than they work
        training = _training_rows(case, judged)
        if training.size:
            rows = _at_most(training, rng)
            fitted = learner(rows.size).fit(features[rows], case.decisions.truth[rows])
            return Fitted(_scores(fitted, features, judged), f"fitted on {rows.size:,} rows of split = train")
        return _across_folds(case, judged, features, learner, rng)


def metadata_features(columns: tuple[Column, ...]) -> NDArray[np.float64]:
    """(n, columns), NaN where a number is missing, an index where it is a category."""
    return np.column_stack([column.content for column in columns])


def metadata_learner(columns: tuple[Column, ...], seed: int) -> Learner:
    """The mean of a logistic regression (few rows) and boosted trees (interactions, bent lines)."""
    is_category = np.array([column.is_category for column in columns])
    numbers = make_pipeline(SimpleImputer(add_indicator=True, keep_empty_features=True), StandardScaler())
    prepared = ColumnTransformer(
        [
            ("numbers", numbers, np.flatnonzero(~is_category)),
            ("categories", OneHotEncoder(handle_unknown="ignore"), np.flatnonzero(is_category)),
        ]
    )
    trees = HistGradientBoostingClassifier(
        max_iter=60, max_leaf_nodes=8, categorical_features=is_category, early_stopping=False, random_state=seed
    )
    line = make_pipeline(prepared, LogisticRegression(max_iter=300))
    return VotingClassifier([("line", line), ("trees", trees)], voting="soft")


def thumbnail_learner(rows: int, pixels: int, seed: int) -> Learner:
    """The first principal components of the grey values, and a logistic regression on them."""
    components = min(COMPONENTS, rows - 1, pixels)
    return make_pipeline(
        PCA(components, svd_solver="randomized", random_state=seed),
        StandardScaler(),
        LogisticRegression(C=0.1, max_iter=300),
    )


def _training_rows(case: Case, judged: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows of ``split = train`` without the judged patients; none where either class is too rare to learn from."""
    if case.claim.evidence.internal == ALL_ROWS:
        return judged[:0]
    decisions = case.decisions
    free = case.rows_of("train") & ~np.isin(decisions.patient, decisions.patient[judged])
    ill = int((free & decisions.truth).sum())
    return np.flatnonzero(free) if min(ill, int(free.sum()) - ill) >= ENOUGH else judged[:0]


def _across_folds(
    case: Case,
    judged: NDArray[np.int64],
    features: Features,
    learner: Callable[[int], Learner],
    rng: np.random.Generator,
) -> Fitted | None:
    truth, patient = case.decisions.truth[judged], case.decisions.patient[judged]
    folds = draw_folds(truth, patient, rng)
    if folds is None:
        return None
    score = np.empty(judged.size)
    for left_out in range(folds.count):
        inside = folds.fold == left_out
        rows = _at_most(judged[~inside], rng)
        if case.decisions.truth[rows].all() or not case.decisions.truth[rows].any():
            return None
        found = _scores(learner(rows.size).fit(features[rows], case.decisions.truth[rows]), features, judged[inside])
        # Folds are put on one scale by rank: raw scores of different fits would bias the area down.
        score[inside] = (rankdata(found) - 0.5) / found.size
    return Fitted(score, f"fitted across {folds.count} folds of patients, as no train rows could be used")


def _at_most(rows: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    return rows if rows.size <= MOST_ROWS else np.sort(rng.choice(rows, MOST_ROWS, replace=False))


def _scores(fitted: Learner, features: Features, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    parts = (rows[start : start + _CHUNK] for start in range(0, rows.size, _CHUNK))
    return np.concatenate([fitted.predict_proba(features[part])[:, 1] for part in parts])
