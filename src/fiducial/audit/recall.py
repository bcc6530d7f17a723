"""Recall weighted by clinical significance, beside the plain one: a missed fresh fracture is not a missed healed one.

The weights stand in the labels table, in the rows of the reader ``truth``; an ill study that nobody weighed counts 1.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.audit.accuracy import SHOWN, shown_case
from fiducial.audit.case import Case, Decisions
from fiducial.claims.charts import Forest
from fiducial.claims.evidence import Figure, ShownCase
from fiducial.cohort.labels import TRUTH
from fiducial.stats.intervals import wilson_clustered
from fiducial.stats.weighted import weighted_share

ORDINARY = 1.0  # the weight of an ill study that nobody weighed
LEVELS = 8  # weights that differ; more are no levels but a scale, of which no row a level is drawn


@dataclass(frozen=True, slots=True)
class Recall:
    """Plain and weighted recall; ``weighted`` is None where nothing is weighed, and ``notes`` say why."""

    weighted: Figure | None = None
    levels: tuple[Figure, ...] = ()
    charts: tuple[Forest, ...] = ()
    cases: tuple[ShownCase, ...] = ()
    notes: tuple[str, ...] = ()


def recall(case: Case, decisions: Decisions, plain: Figure) -> Recall:
    """Weigh the ill studies of answered decisions. ``plain``: their sensitivity."""
    known = _significance(case, decisions)
    if known is None:
        return Recall(notes=(f"Recall is not weighted: the labels give {TRUTH} no significance.",))
    ill = decisions.truth
    weight = np.where(np.isnan(known), ORDINARY, known)[ill]
    missing = int(np.isnan(known[ill]).sum())
    if not weight.any():
        return Recall(notes=("Recall is not weighted: every ill study has the significance 0.",))
    called, patient = decisions.called[ill], decisions.patient[ill]
    found = weighted_share(called, weight, patient, case.confidence)
    weighted = Figure("weighted_sensitivity", found.value, found.interval, int(ill.sum()))
    levels = _levels(called, weight, patient, case.confidence)
    rows = (("plain", plain), ("weighted by significance", weighted), *((one.subgroup, one) for one in levels))
    floor = case.claim.floor("weighted_sensitivity")
    chart = Forest(
        "relevance-recall",
        "Recall, plain and by clinical significance",
        "sensitivity",
        tuple((name, one.value, one.interval.low, one.interval.high, one.n) for name, one in rows if one.interval),
        floor.low if floor else None,
    )
    return Recall(weighted, levels, (chart,), _missed(decisions, weight), tuple(_told(plain, weighted, missing)))


def _significance(case: Case, decisions: Decisions) -> NDArray[np.float64] | None:
    """Of every decision, (n,), NaN where nobody weighed it; None where nobody weighed any."""
    if case.labels is None:
        return None
    said = case.labels.filter(pl.col("reader") == TRUTH).select("study", "significance").drop_nulls()
    if said.is_empty():
        return None
    asked = pl.DataFrame({"study": decisions.study}).join(said, "study", "left", maintain_order="left")
    known = asked["significance"].fill_null(np.nan).to_numpy().astype(np.float64)
    return known if not np.isnan(known[decisions.truth]).all() else None


def _levels(
    called: NDArray[np.bool_], weight: NDArray[np.float64], patient: NDArray[np.int64], confidence: float
) -> tuple[Figure, ...]:
    kinds = np.unique(weight)
    if not 1 < kinds.size <= LEVELS:
        return ()
    figures = []
    for kind in kinds:
        of = weight == kind
        interval = wilson_clustered(called[of], patient[of], confidence)
        share = float(called[of].mean())
        figures.append(Figure("sensitivity", share, interval, int(of.sum()), subgroup=f"significance {kind:g}"))
    return tuple(figures)


def _missed(decisions: Decisions, weight: NDArray[np.float64]) -> tuple[ShownCase, ...]:
    """The missed studies that weigh most, of these the ones that the model is surest of."""
    of_all = np.zeros(len(decisions))
    of_all[decisions.truth] = weight
    missed = np.flatnonzero(decisions.truth & ~decisions.called)
    order = np.lexsort((decisions.study[missed], decisions.score[missed], -of_all[missed]))[:SHOWN]
    return tuple(
        shown_case(decisions, int(row), f"ill, called healthy; significance {of_all[row]:g}") for row in missed[order]
    )


def _told(plain: Figure, weighted: Figure, missing: int) -> list[str]:
    told = []
    if missing:
        told.append(f"{missing} of {weighted.n} ill studies have no significance in the labels and count as 1.")
    if weighted.interval and weighted.interval.high < plain.value:
        low, high = weighted.interval.low, weighted.interval.high
        told.append(
            f"What the model misses weighs more than what it finds: the recall is {plain.value:.3f}, and "
            f"{weighted.value:.3f} ({low:.3f} to {high:.3f}) weighted by significance."
        )
    return told
