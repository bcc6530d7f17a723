"""Check: how well does each column, alone and without any image, predict each label?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fiducial.cohort.checks.contract import Finding
from fiducial.cohort.checks.loudness import Predictor, auroc_with_interval, loudness, told
from fiducial.cohort.checks.words import not_made
from fiducial.cohort.predictors import can_tell, encode, label_folds, lacking, patient_codes, predictors
from fiducial.cohort.table import Cohort
from fiducial.stats.association import associate


@dataclass(frozen=True, slots=True)
class SinglePredictors:
    """Where the scanner alone tells who is ill, a model that reads the scanner looks like one that reads the disease.

    Site alone gave an AUROC of 0.86 for pneumonia in Zech 2018, PLOS Med 15:e1002683.
    """

    name: ClassVar[str] = "single-predictors"
    says: ClassVar[str] = "columns and tags that predict a label on their own"

    seed: int = 0

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """An error or warning a column and label, the strongest first; the others in notes, by label."""
        if absent := lacking(cohort, self.seed):
            yield not_made(self.name, absent, "whether a column gives the label away", "Add labels, site and scanner.")
            return
        yield from told(self.name, self._measured(cohort))

    def _measured(self, cohort: Cohort) -> Iterator[Predictor]:
        patient = patient_codes(cohort.rows)
        columns = {name: encode(cohort.rows[name]) for name in predictors(cohort)}
        columns = {name: codes for name, codes in columns.items() if can_tell(codes, patient)}
        for label in label_folds(cohort, self.seed):
            for name, codes in columns.items():
                found = associate(codes[label.known], label.folds)
                if loud := loudness(found, len(columns) * len(cohort.findings)):
                    area = auroc_with_interval(found)
                    size = f"{found.n:,} rows, {found.patients:,} patients"
                    sentence = f"{name} alone predicts {label.finding} with AUROC {area}, without any image ({size})."
                    yield Predictor(name, label.finding, found, loud, sentence, f"{name} {area}")
