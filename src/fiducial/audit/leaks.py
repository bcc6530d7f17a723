"""Patients who are judged and were trained on: figures from them flatter the model, so no rung may hold on them."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.audit.case import Decisions
from fiducial.stats.clusters import count_clusters

SEEN_BY_THE_MODEL = ("train", "tune")


def trained_on(cohort: pl.DataFrame, judged: pl.DataFrame) -> NDArray[np.bool_]:
    """Whether the patient of each judged row stands in train or tune, in rows with a label or without.

    ``cohort``: all rows. ``judged``: some of them; gives (judged rows,).
    """
    if not {"patient", "split"} <= set(cohort.columns):
        return np.zeros(judged.height, dtype=bool)
    seen = cohort.filter(pl.col("split").is_in(SEEN_BY_THE_MODEL))["patient"].drop_nulls().unique()
    return judged["patient"].is_in(seen.implode()).fill_null(value=False).to_numpy()


def told_leak(decisions: Decisions) -> str | None:
    """What is to be said where judged patients stand in train or tune as well."""
    leaked = count_clusters(decisions.patient[decisions.trained_on])
    if not leaked:
        return None
    return (
        f"{leaked} of {decisions.patients} patients stand in train or tune as well: these figures flatter the model, "
        "and the rung cannot hold. Split by patient (fiducial cohort split)."
    )
