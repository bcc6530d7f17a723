"""Check: how well does each column, alone and without any image, predict each label?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fiducial.cohort.checks.contract import Finding
from fiducial.cohort.checks.loudness import Loudness, Predictor, auroc_with_interval, loudness, size_of, told
from fiducial.cohort.checks.words import not_made
from fiducial.cohort.predictors import (
    LabelFolds,
    can_tell,
    encode,
    is_identifier,
    label_folds,
    lacking,
    patient_codes,
    predictors,
    repeats_label,
)
from fiducial.cohort.table import Cohort
from fiducial.stats.association import Association, associate


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
        columns = {
            name: codes
            for name, codes in columns.items()
            if can_tell(codes, patient) and not is_identifier(cohort.rows[name], codes, patient)
        }
        for label in label_folds(cohort, self.seed):
            for name, codes in columns.items():
                found = associate(codes[label.known], label.folds)
                # A scanner or a tag that fits the label exactly is a clue; a column of no known meaning is a copy.
                if name in cohort.strata and repeats_label(codes, label):
                    yield _copy(name, codes, label, found)
                elif loud := loudness(found, len(columns) * len(cohort.findings)):
                    area = auroc_with_interval(found)
                    size = size_of(found, label.whom)
                    sentence = f"{name} alone predicts {label.finding} with AUROC {area}, without any image ({size})."
                    yield Predictor(name, label.finding, found, loud, sentence, f"{name} {area}", label.whom)


def _copy(name: str, codes: NDArray[np.int64], label: LabelFolds, found: Association) -> Predictor:
    values = np.unique(codes[label.known]).size
    sentence = (
        f"{name} is the label {label.finding} under another name: each of its {values} values goes with one side of it "
        f"only ({found.n:,} rows)."
    )
    return Predictor(name, label.finding, found, Loudness.COPY, sentence, name)
