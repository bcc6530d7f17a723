"""Deal patients to train, tune and test: fair in total, fair within every stratum, patients whole."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.cohort.recipe import INSIDE
from fiducial.cohort.table import LABEL_PREFIX

_BANDS = 4  # of a number that is stratified by


def strata(rows: pl.DataFrame, columns: tuple[str, ...], generator: np.random.Generator) -> pl.DataFrame:
    """The patients (``_patient``), stratum by stratum, shuffled within each.

    A patient's stratum is the largest label, the band of the mean of a number, or the first value of anything else.
    """
    patients = rows.group_by("_patient").agg(_of_patient(rows, name) for name in columns).sort("_patient")
    bands = [
        (pl.col(name).rank("average") / pl.len() * _BANDS).ceil().alias(name)
        for name in columns
        if _is_number(rows, name)
    ]
    shuffled = patients.with_columns(bands).with_columns(_draw=pl.Series(generator.permutation(patients.height)))
    return shuffled.sort(*columns, "_draw").select("_patient")


def deal(patients: pl.DataFrame, fractions: tuple[float, float, float], *, in_order: bool) -> pl.DataFrame:
    """``_patient`` and ``dealt``: train, tune or test, from patients in the order of their strata or their dates.

    ``in_order`` cuts the list twice. Otherwise each patient goes to the split that is due next, so that any
    run of patients, and so every stratum, however small, is divided as the fractions say, within about a patient.
    """
    chosen = _cut(patients.height, fractions) if in_order else _in_turn(patients.height, fractions)
    return patients.with_columns(dealt=pl.Series(np.array(INSIDE)[chosen], dtype=pl.String))


def _cut(n: int, fractions: tuple[float, float, float]) -> NDArray[np.int64]:
    edges = np.round(np.cumsum(fractions)[:2] * n)
    return np.searchsorted(edges, np.arange(n), side="right").astype(np.int64)


def _in_turn(n: int, fractions: tuple[float, float, float]) -> NDArray[np.int64]:
    """Tijdeman 1980, Discrete Math 32:323-330, doi:10.1016/0012-365X(80)90269-1: never a whole patient behind or ahead.

    Among the splits that may take the next patient without running ahead of their share, the one due first takes it.
    """
    slack = 1 - 1 / (2 * max(1, int(np.count_nonzero(fractions)) - 1))
    given = [0] * len(fractions)
    chosen = np.empty(n, dtype=np.int64)
    for i in range(n):
        may = [k for k, part in enumerate(fractions) if part and part * (i + 1) - given[k] >= 1 - slack - 1e-9]
        due = [float((slack + given[k]) / fractions[k]) for k in may]
        taken = may[due.index(min(due))]
        given[taken] += 1
        chosen[i] = taken
    return chosen


def _of_patient(rows: pl.DataFrame, name: str) -> pl.Expr:
    if name.startswith(LABEL_PREFIX):
        return pl.col(name).max()
    if _is_number(rows, name):
        return pl.col(name).mean()
    return pl.col(name).cast(pl.String).min()


def _is_number(rows: pl.DataFrame, name: str) -> bool:
    return not name.startswith(LABEL_PREFIX) and rows.schema[name].is_numeric()
