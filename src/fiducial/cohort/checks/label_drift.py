"""Whether a label becomes more or less frequent with time."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from fiducial.claims.evidence import Figure
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.words import between, percent
from fiducial.cohort.predictors import patient_codes
from fiducial.cohort.table import LABEL_PREFIX
from fiducial.stats.roc import delong

_DRIFT = 0.6


def drifts(check: str, rows: pl.DataFrame, findings: list[str]) -> Iterator[Finding]:
    """A warning or note for every label that goes with the date. ``rows``: those that have one (``acquired``)."""
    patient = patient_codes(rows)
    days = rows["acquired"].to_physical().to_numpy().astype(float)
    for finding in findings:
        label = rows[f"{LABEL_PREFIX}{finding}"]
        known = label.is_not_null().to_numpy()
        bears = label.drop_nulls().to_numpy() == 1
        if min(np.unique(patient[known][side]).size for side in (bears, ~bears)) < 2:
            continue
        found = delong(bears, days[known], patient[known])
        order, interval = float(found.areas[0]), found.logit_interval(confidence=1 - 0.05 / len(findings))
        if interval.low <= 0.5 <= interval.high:
            continue
        clear = interval.low >= _DRIFT or interval.high <= 1 - _DRIFT
        early, late = _halves(days[known], bears)
        told = found.interval()
        yield Finding(
            check,
            Severity.WARNING if clear else Severity.NOTE,
            f"{finding} becomes {'more' if order > 0.5 else 'less'} frequent with time: {percent(early)} of the "
            f"earlier half of the rows, {percent(late)} of the later (a row with it is the later of two with "
            f"chance {order:.2f}, {between(told)}).",
            Figure("auroc", order, told, bears.size, subgroup=f"acquired, {finding}"),
            (),
            "Find out what changed: the disease, who was sent, or how it was labelled. Test on the latest rows, "
            "and make the year a stratum.",
        )


def _halves(days: np.ndarray, bears: np.ndarray) -> tuple[float, float]:
    """The share that bears the label in the earlier and in the later half of the rows."""
    order = np.argsort(days, kind="stable")
    half = order.size // 2
    return float(bears[order[:half]].mean()), float(bears[order[half:]].mean())
