"""Rung: does the model reach what it claims on patients of its own hospitals that it has not seen?

All four corners, always: precision and recall can look respectable while nine of ten healthy patients are called ill.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.audit.accuracy import in_words, judge_accuracy, worst_calls
from fiducial.audit.case import Case, Decisions
from fiducial.audit.roc_chart import roc_curve
from fiducial.claims.claim import ALL_ROWS
from fiducial.claims.evidence import RungResult, worst


@dataclass(frozen=True, slots=True)
class Internal:
    """AUROC, sensitivity, specificity and predictive values on the internal split."""

    name: ClassVar[str] = "internal"
    asks: ClassVar[str] = "Does it work on unseen patients of its own hospitals?"
    needs: ClassVar[tuple[str, ...]] = ("predictions.score", "cohort.label", "cohort.patient", "split.internal")

    def judge(self, case: Case) -> RungResult:
        """Weigh the accuracy floors on the internal split.

        Raises:
            CannotJudge: no decision of the split was answered.
        """
        decisions = case.internal
        found = judge_accuracy(case, decisions)
        notes = (*_provisos(case, decisions), *found.notes)
        threshold = case.claim.claim.threshold.value
        counted = f"{len(decisions)} decisions on {decisions.patients} patients"
        sentence = f"At threshold {threshold:g}, {counted}: {in_words(found.by_name)}."
        if not found.verdicts:
            sentence += " The claim demands nothing of these figures, so nothing is shown."
        charts = [found.corners.chart("all")]
        curve = roc_curve("roc-internal", "ROC, internal", {"internal": decisions.only_answered()}, case)
        return RungResult(
            self.name,
            worst(found.verdicts),
            found.figures,
            sentence,
            (*charts, *curve),
            worst_calls(decisions),
            notes=notes,
        )


def _provisos(case: Case, decisions: Decisions) -> tuple[str, ...]:
    told = []
    if case.claim.evidence.internal == ALL_ROWS:
        told.append("All rows are judged: the figures are honest only if none of them was used in training.")
    if case.claim.claim.threshold.chosen_on is None:
        told.append("The claim does not say on which split the threshold was chosen.")
    if "split" in decisions.columns.columns:
        shared = np.isin(case.decisions.patient[_trained_on(case)], decisions.patient)
        if shared.any():
            told.append(
                f"{np.unique(case.decisions.patient[_trained_on(case)][shared]).size} of these patients stand in "
                "train or tune as well: the figures flatter the model (fiducial cohort check names them)."
            )
    return tuple(told)


def _trained_on(case: Case) -> np.ndarray:
    split = case.decisions.columns["split"].to_numpy()
    return np.isin(split.astype(str), ["train", "tune"])
