"""Patients who are judged and were trained on: figures from them flatter the model, so no rung may hold on them."""

import numpy as np

from fiducial.audit.case import Case, Decisions
from fiducial.stats.clusters import count_clusters

SEEN_BY_THE_MODEL = ("train", "tune")


def told_leak(case: Case, decisions: Decisions) -> tuple[str, ...]:
    """One note where judged patients stand in train or tune as well; nothing where none does."""
    columns = case.decisions.columns
    if "split" not in columns.columns:
        return ()
    seen = columns["split"].is_in(SEEN_BY_THE_MODEL).fill_null(value=False).to_numpy()
    leaked = count_clusters(decisions.patient[np.isin(decisions.patient, case.decisions.patient[seen])])
    if not leaked:
        return ()
    told = (
        f"{leaked} of {decisions.patients} patients stand in train or tune as well: these figures flatter the model, "
        "and the rung cannot hold. Split by patient (fiducial cohort split)."
    )
    return (told,)
