"""One row a patient: the first, the last, or one at random; ties are broken by the study."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.cohort.answers import comparable
from fiducial.cohort.checks.words import missing as empty
from fiducial.cohort.criteria import Criterion
from fiducial.cohort.table import Cohort
from fiducial.errors import UnusableInput


def one_of_each(
    criterion: Criterion, cohort: Cohort, alive: NDArray[np.bool_], patient: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which rows stay, and which lack the value that puts them in order; all (rows,).

    Rows without it go, or come after all others of their patient, as ``missing`` says.

    Raises:
        UnusableInput: the cohort names no patient, or a value cannot be put in order.
    """
    if empty(cohort, ["patient"]):
        raise UnusableInput(
            f"the step {criterion.name!r} picks one row of each patient, and the cohort names no patient. Add the "
            "column 'patient', or leave the step out."
        )
    place = _places(criterion, cohort)
    missing = place.is_null().to_numpy()
    candidates = alive & ~missing if criterion.missing == "drop" else alive
    frame = pl.DataFrame(
        {"row": np.arange(patient.size), "patient": patient, "place": place, "study": cohort.rows["study"]}
    )
    latest = criterion.one_per_patient == "last"
    ordered = frame.filter(pl.Series(candidates)).sort(
        "patient", "place", "study", descending=[False, latest, latest], nulls_last=True
    )
    stays = np.zeros(patient.size, dtype=bool)
    stays[ordered.filter(pl.col("patient").is_first_distinct())["row"].to_numpy()] = True
    return stays, missing


def _places(criterion: Criterion, cohort: Cohort) -> pl.Series:
    """What the rows are put in order by: a draw that does not depend on the order of the rows, a date or a number."""
    if criterion.column is None:
        drawn = np.random.default_rng(criterion.seed).permutation(cohort.rows.height)
        by_study = cohort.rows["study"].rank("ordinal").to_numpy().astype(np.int64) - 1
        return pl.Series(drawn[by_study], dtype=pl.Float64)
    column = cohort.rows[criterion.column]
    if column.dtype.is_temporal():
        return column.to_physical().cast(pl.Float64)
    return comparable(column, 0, criterion, cohort.table)
