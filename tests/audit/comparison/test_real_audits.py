"""Two audits on public radiographs: what a model of two numbers loses against one of eight is found by paired tests."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import fiducial as fd
from audit.comparison.audits import compared, result_of
from fiducial.audit.ladder import AuditedEvidence
from fiducial.claims.claim import Claim
from fiducial.scans.thumbnail import thumbnail


def numbers(path: Path) -> NDArray[np.float64]:
    """Spread and mean of the grey values, and what they are in the four quarters of the image."""
    grey = thumbnail(path, 64) / 255
    height, width = (side // 2 for side in grey.shape)
    quarters = [grey[:height, :width], grey[:height, width:], grey[height:, :width], grey[height:, width:]]
    return np.array([grey.std(), grey.mean(), *(one.mean() for one in quarters), *(one.std() for one in quarters)])


@pytest.fixture(scope="module")
def audits(real_data: Path) -> tuple[AuditedEvidence, AuditedEvidence]:
    folder = real_data / "cxr_nih14"
    table = pl.read_csv(folder / "metadata.csv")
    features = np.array([numbers(folder / "images" / name) for name in table["path"]])
    ill = table["folder_label"].to_numpy() == "Pneumonia"
    split = np.where(table["patient_id"].to_numpy() % 2, "train", "test")
    cohort = table.select(
        "sex", "age", "view", study="path", patient=pl.col("patient_id").cast(pl.String)
    ).with_columns(pl.Series("label.pneumonia", ill.astype(int)), pl.Series("split", split))
    return tuple(_audit(cohort, features[:, :seen], ill, split) for seen in (10, 1))  # type: ignore[return-value]  # two


def _audit(
    cohort: pl.DataFrame, seen: NDArray[np.float64], ill: NDArray[np.bool_], split: NDArray[np.str_]
) -> AuditedEvidence:
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(seen[split == "train"], ill[split == "train"])
    statement = {"name": "grey", "finding": "pneumonia", "threshold": {"value": 0.5}}
    parts = {"claim": statement, "floors": {"auroc": 0.6, "worst_slice_gap": 0.2}, "evidence": {"strata": ["view"]}}
    predictions = cohort.select("study").with_columns(pl.Series("score", model.predict_proba(seen)[:, 1]))
    return fd.climb(Claim.model_validate(parts), cohort=cohort, predictions=predictions, resamples=50)


@pytest.mark.real
def test_fewer_numbers_of_the_same_images_are_worse(audits: tuple[AuditedEvidence, AuditedEvidence]) -> None:
    found = compared(*audits)
    assert found.shared[0].both > found.shared[0].patients > 150
    assert result_of(found, "auroc").difference < -0.05
    assert result_of(found, "brier").is_worse(0.05)
    assert found.exit_code == 1


@pytest.mark.real
def test_where_grey_values_fail_is_told_in_words(audits: tuple[AuditedEvidence, AuditedEvidence]) -> None:
    found = audits[0]["failures"]
    assert {one.name for one in found.figures} >= {"missed", "false_alarms", "missed_gap", "false_alarms_gap"}
    assert {one.subgroup for one in found.figures} >= {"view=AP", "view=PA"}
