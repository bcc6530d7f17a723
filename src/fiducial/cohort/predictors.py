"""The columns that could give a label away on their own, as codes, and the folds in which they are tried.

Left out: the keys, the path, the split and the labels themselves, and text that names nearly every row apart
(a UID, a hash).
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
_SHARED = 0.1  # of the rows with a value: where fewer share theirs with another patient, it names rows
_MOST_PLACES = 10
PATIENTS, ROWS = "patients", "rows"
_SURE = 5  # patients a class, before a column that fits the label exactly is taken for a copy of it


@dataclass(frozen=True, slots=True)
class LabelFolds:
    """One finding of the cohort: the rows that have a label (``known``: (rows,)), dealt into folds by patient.

    ``whom``: what was kept together, "patients" or, where the cohort names none, "rows".
    """

    finding: str
    known: NDArray[np.bool_]
    folds: Folds
    whom: str = PATIENTS


def predictors(cohort: Cohort) -> list[str]:
    """Every column that might predict a label, in the order of the table."""
    return [
        name
        for name, kind in cohort.rows.schema.items()
        if name not in _NO_PREDICTORS and not name.startswith(LABEL_PREFIX) and not kind.is_nested()
    ]


def lacking(cohort: Cohort, seed: int) -> str | None:
    """What the cohort lacks for asking what predicts a label, in words; None where it can be asked."""
    if cohort.findings and not predictors(cohort):
        return "the cohort has no column beside keys and labels"
    return unlabelled(cohort, seed)


def unlabelled(cohort: Cohort, seed: int) -> str | None:
    """What the labels lack for being predicted by anything, in words; None where they can be."""
    if not cohort.findings:
        return "the cohort has no label.<finding> column"
    if next(label_folds(cohort, seed), None) is None:
        return f"no label has two {clusters(cohort)} with and two without it"
    return None


def label_folds(cohort: Cohort, seed: int) -> Iterator[LabelFolds]:
    """The folds of every finding with two patients or more on either side; the same seed gives the same folds."""
    patient = patient_codes(cohort.rows)
    for finding in cohort.findings:
        label = cohort.rows[f"{LABEL_PREFIX}{finding}"]
        known = label.is_not_null().to_numpy()
        folds = draw_folds(label.drop_nulls().to_numpy() == 1, patient[known], np.random.default_rng(seed))
        if folds is not None:
            yield LabelFolds(finding, known, folds, clusters(cohort))


def place_folds(cohort: Cohort, place: str, seed: int) -> Iterator[LabelFolds]:
    """For the ten largest values of ``site`` or ``scanner`` (each of five patients or more): this one or another."""
    if place not in cohort.rows.columns:
        return
    patient = patient_codes(cohort.rows)
    column = cohort.rows[place]
    known = column.is_not_null().to_numpy()
    sizes = column.drop_nulls().value_counts(sort=True).sort("count", place, descending=[True, False])
    for value in sizes[place].head(_MOST_PLACES):
        here = (column.drop_nulls() == value).to_numpy()
        folds = draw_folds(here, patient[known], np.random.default_rng(seed))
        if folds is not None and min(folds.bearers, folds.others) >= _SURE:
            yield LabelFolds(f"{place} {value}", known, folds, clusters(cohort))


def clusters(cohort: Cohort) -> str:
    """What folds and intervals keep together: patients; rows where no row names one, so that each is its own."""
    rows = cohort.rows
    named = "patient" in rows.columns and rows["patient"].null_count() < rows.height
    return PATIENTS if named else ROWS


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
    return np.unique(codes).size > 1 and bool(_shared(codes, patient).any())


def is_identifier(column: pl.Series, codes: NDArray[np.int64], patient: NDArray[np.int64]) -> bool:
    """Whether nine of ten values (of the rows that have one) stand for one patient alone: a UID, a hash, a file name.

    ``codes`` of the column and ``patient``: (rows,), from 0 up.
    """
    written = column.is_not_null().to_numpy()
    return bool(written.any()) and float(_shared(codes[written], patient[written]).mean()) < _SHARED


def repeats_label(codes: NDArray[np.int64], label: LabelFolds) -> bool:
    """Whether every value of a column goes with one side of a label only, as a copy of the label does.

    ``codes``: (rows,). False where fewer than five patients of a class could make that a coincidence.
    """
    inside = codes[label.known]
    counts = np.bincount(inside * 2 + label.folds.label, minlength=2 * (int(inside.max()) + 1))
    pure = counts.reshape(-1, 2).min(axis=1) == 0
    return bool(pure.all()) and min(label.folds.bearers, label.folds.others) >= _SURE


def _shared(codes: NDArray[np.int64], patient: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which rows bear a value that another patient bears, too: (rows,)."""
    width = int(patient.max(initial=0)) + 1
    owners = np.bincount(np.unique(codes * width + patient) // width)
    several: NDArray[np.bool_] = owners[codes] > 1
    return several
