"""Scores as probabilities among the rows that are judged, where the claim says that they are meant for others."""

from dataclasses import replace

import numpy as np

from fiducial.audit.case import Case, Decisions
from fiducial.predictions.calibrators import shift_prevalence


def as_probabilities(case: Case, decisions: Decisions) -> Decisions:
    """The decisions with scores and threshold moved from ``claim.scores_at`` to the prevalence of the internal split.

    Every call stays as it was, and groups stay as far from each other: all are moved by the same odds. Without
    ``scores_at``, and where the internal split has one class, nothing is moved.
    """
    meant = case.claim.claim.scores_at
    judged = case.internal.only_answered().truth
    if meant is None or judged.all() or not judged.any():
        return decisions
    here = float(judged.mean())
    score = np.append(decisions.score, decisions.threshold)
    moved = np.where(np.isnan(score), np.nan, shift_prevalence(score, meant, here))
    return replace(decisions, score=moved[:-1], threshold=float(moved[-1]))
