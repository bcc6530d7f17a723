"""Rung: does the model reach what it claims on patients of its own hospitals that it has not seen?

All four corners, always: precision and recall can look respectable while nine of ten healthy patients are called ill.
"""

from dataclasses import dataclass
from typing import ClassVar

from fiducial.audit.accuracy import in_words, judge_accuracy, worst_calls
from fiducial.audit.case import Case
from fiducial.audit.roc_chart import roc_curve
from fiducial.audit.threshold import threshold_told
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
        of_threshold = threshold_told(case)
        notes = (*_provisos(case), *of_threshold.notes, *found.notes)
        threshold = case.claim.claim.threshold.value
        counted = f"{len(decisions)} decisions on {decisions.patients} patients"
        sentence = f"At threshold {threshold:g}, {counted}: {in_words(found.by_name)}."
        if not found.verdicts:
            sentence += " The claim demands nothing of these figures, so nothing is shown."
        charts = [found.corners.chart("all", case.claim.claim.prevalence or ())]
        curve = roc_curve("roc-internal", "ROC, internal", {"internal": decisions.only_answered()}, case)
        return RungResult(
            self.name,
            worst(found.verdicts),
            found.figures,
            sentence,
            (*charts, *curve),
            worst_calls(decisions),
            notes=notes,
            alarms=(*of_threshold.alarms, *found.alarms),
        )


def _provisos(case: Case) -> tuple[str, ...]:
    told = []
    if case.claim.evidence.internal == ALL_ROWS:
        told.append("All rows are judged: the figures are honest only if none of them was used in training.")
    return tuple(told)
