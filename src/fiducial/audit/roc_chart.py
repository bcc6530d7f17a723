"""ROC curves as chart data: one line a group, the operating point marked."""

import numpy as np

from fiducial.audit.case import Case, Decisions
from fiducial.claims.charts import Curves, Series
from fiducial.stats.roc import roc_points

POINTS = 200  # a page draws no more than it can show


def roc_curve(name: str, title: str, groups: dict[str, Decisions], case: Case) -> tuple[Curves, ...]:
    """One chart of every group that has both classes; none where no group has."""
    lines, marks = [], []
    for label, decisions in groups.items():
        if decisions.truth.all() or not decisions.truth.any():
            continue
        rate, sensitivity, _ = roc_points(decisions.truth, decisions.score)
        kept = np.unique(np.linspace(0, rate.size - 1, min(rate.size, POINTS)).astype(int))
        lines.append(Series(label, tuple(rate[kept].tolist()), tuple(sensitivity[kept].tolist())))
        marks.append(
            (
                float(decisions.called[~decisions.truth].mean()),
                float(decisions.called[decisions.truth].mean()),
                f"threshold {case.claim.claim.threshold.value:g}",
            )
        )
    if not lines:
        return ()
    return (Curves(name, title, "1 - specificity", "sensitivity", tuple(lines), diagonal=True, marks=tuple(marks)),)
