"""The absence of a value can tell the label; prevalence is given for absent and present."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from cohort.checks.making import cohort_of
from fiducial.cohort.checks.contract import Severity
from fiducial.cohort.checks.missing_predictors import MissingPredictors
from fiducial.cohort.table import Cohort

N = 200
LABEL = np.arange(N) % 4 == 0
PATIENT = [f"p{i}" for i in range(N)]


def test_a_tag_that_only_one_class_has_is_an_error() -> None:
    agent = ["iodine" if ill else None for ill in LABEL]
    cohort = cohort_of({"patient": PATIENT, "label.contrast": LABEL.astype(int).tolist(), "tag.Agent": agent})
    [finding] = MissingPredictors().examine(cohort)
    assert finding.severity is Severity.ERROR
    assert "contrast in 0 of 150 rows where it is missing, in 50 of 50 rows where" in finding.message


def test_a_blank_counts_as_missing() -> None:
    agent = ["iodine" if ill else " " for ill in LABEL]
    cohort = cohort_of({"patient": PATIENT, "label.contrast": LABEL.astype(int).tolist(), "tag.Agent": agent})
    assert len(list(MissingPredictors().examine(cohort))) == 1


def test_gaps_at_random_give_nothing() -> None:
    gaps = np.random.default_rng(4).random(N) < 0.3
    age = [None if gap else 50 for gap in gaps]
    cohort = cohort_of({"patient": PATIENT, "label.mass": LABEL.astype(int).tolist(), "age": age})
    assert not list(MissingPredictors().examine(cohort))


def test_a_column_without_gaps_or_without_values_gives_nothing() -> None:
    columns: dict[str, list[Any]] = {"age": [50] * N, "tag.Agent": [None] * N}
    cohort = cohort_of({"patient": PATIENT, "label.mass": LABEL.astype(int).tolist(), **columns})
    assert not list(MissingPredictors().examine(cohort))


@pytest.mark.real
def test_the_contrast_tag_goes_with_contrast_among_the_siim_slices(real_data: Path) -> None:
    table = pl.read_csv(real_data / "ct_slices_siim" / "metadata.csv", infer_schema_length=None)
    cohort = Cohort(
        table.select(
            pl.col("path").alias("study"),
            pl.col("patient_id").alias("patient"),
            pl.col("contrast_agent_tag").alias("tag.ContrastBolusAgent"),
            pl.col("contrast_label").cast(pl.Int8).alias("label.contrast"),
        ),
        None,
        real_data,
    )
    [finding] = MissingPredictors().examine(cohort)
    assert finding.message.startswith("These may predict contrast alone; there are too few patients to tell")
    assert "23 of 48 rows where missing, 7 of 7 rows where present" in finding.message
