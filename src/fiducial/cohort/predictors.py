"""The columns that could give a label away on their own, as codes, and the folds in which they are tried.

Left out: the keys, the path, the split and the labels themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.cohort.table import LABEL_PREFIX, Cohort
from fiducial.stats.association import Folds, bin_numbers, draw_folds

_NO_PREDICTORS = ("study", "patient", "path", "split", "split_recipe")
_MOSTLY_NUMBERS = 0.95


@dataclass(frozen=True, slots=True)
class LabelFolds:
    """One finding of the cohort: the rows that have a label (``known``: (rows,)), dealt into folds by patient."""

    finding: str
    known: NDArray[np.bool_]
    folds: Folds


def predictors(cohort: Cohort) -> list[str]:
    """Every column that might predict a label, in the order of the table."""
    return [
        name
        for name, kind in cohort.rows.schema.items()
        if name not in _NO_PREDICTORS and not name.startswith(LABEL_PREFIX) and not kind.is_nested()
    ]


def lacking(cohort: Cohort, seed: int) -> str | None:
    """What the cohort lacks for asking what predicts a label, in words; None where it can be asked."""
    if not cohort.findings:
        return "the cohort has no label.<finding> column"
    if not predictors(cohort):
        return "the cohort has no column beside keys and labels"
    if next(label_folds(cohort, seed), None) is None:
        return "no label has two patients with and two without it"
    return None


def label_folds(cohort: Cohort, seed: int) -> Iterator[LabelFolds]:
    """The folds of every finding with two patients or more on either side; the same seed gives the same folds."""
    patient = patient_codes(cohort.rows)
    for finding in cohort.findings:
        label = cohort.rows[f"{LABEL_PREFIX}{finding}"]
        known = label.is_not_null().to_numpy()
        folds = draw_folds(label.drop_nulls().to_numpy() == 1, patient[known], np.random.default_rng(seed))
        if folds is not None:
            yield LabelFolds(finding, known, folds)


def patient_codes(rows: pl.DataFrame) -> NDArray[np.int64]:
    """An integer a patient, (rows,), the same for any order of the rows; a row without one is its own patient."""
    named = pl.format("patient {}", pl.col("patient")) if "patient" in rows.columns else pl.lit(None, dtype=pl.String)
    whose = rows.select(pl.coalesce(named, pl.format("study {}", pl.col("study"))).rank("dense")).to_series()
    return whose.to_numpy().astype(np.int64)


def encode(column: pl.Series) -> NDArray[np.int64]:
    """Codes from 0, (rows,): numbers (also written as text) and dates in bins, anything else by its value."""
    if column.dtype.is_temporal():
        column = column.to_physical()
    numbers = column.cast(pl.Float64, strict=False) if column.dtype != pl.Boolean else column.cast(pl.Float64)
    written = column.len() - column.null_count()
    if written and (numbers.len() - numbers.null_count()) >= _MOSTLY_NUMBERS * written:
        return bin_numbers(numbers.fill_null(np.nan).to_numpy())
    ranks = column.cast(pl.String).rank("dense").fill_null(0)  # text keeps its value; missing is a value, too
    return ranks.to_numpy().astype(np.int64)


def can_tell(codes: NDArray[np.int64], patient: NDArray[np.int64]) -> bool:
    """Whether a column can tell anything of a new patient: it varies, and patients share a value (a UID is not shared).

    ``codes``, ``patient``: (rows,), from 0 up.
    """
    values = np.unique(codes).size
    return values > 1 and np.unique(codes * (int(patient.max()) + 1) + patient).size > values
