"""Check: does the mere absence of a value predict the label?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.cohort.checks.contract import Finding
from fiducial.cohort.checks.loudness import Predictor, auroc_with_interval, loudness, size_of, told
from fiducial.cohort.checks.words import not_made
from fiducial.cohort.predictors import label_folds, lacking, predictors
from fiducial.cohort.table import Cohort
from fiducial.stats.association import associate


@dataclass(frozen=True, slots=True)
class MissingPredictors:
    """A contrast tag that is empty in plain scans only, an age that is unknown in one hospital only."""

    name: ClassVar[str] = "missing-predictors"
    says: ClassVar[str] = "columns and tags whose absence predicts a label"

    seed: int = 0

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """An error or warning a column and label, the strongest first; the others in notes, by label."""
        if absent := lacking(cohort, self.seed):
            yield not_made(self.name, absent, "whether a missing value goes with a label", "Add labels and tags.")
            return
        yield from told(self.name, self._measured(cohort))

    def _measured(self, cohort: Cohort) -> Iterator[Predictor]:
        gaps = _gaps(cohort)
        for label in label_folds(cohort, self.seed) if gaps else ():
            for name, codes in gaps.items():
                found = associate(codes[label.known], label.folds)
                if loud := loudness(found, len(gaps) * len(cohort.findings)):
                    area = auroc_with_interval(found)
                    absent, present = _shares(codes[label.known], label.folds.label)
                    sentence = (
                        f"Whether {name} is missing predicts {label.finding} with AUROC {area}: {label.finding} in "
                        f"{absent} where it is missing, in {present} where it is present "
                        f"({size_of(found, label.whom)})."
                    )
                    short = f"{name} {area}: {absent} where missing, {present} where present"
                    yield Predictor(f"{name} missing", label.finding, found, loud, sentence, short, label.whom)


def _gaps(cohort: Cohort) -> dict[str, NDArray[np.int64]]:
    """Column -> 1 where it is missing or blank; only columns that are so in some rows and not in others."""
    gaps = {}
    for name in predictors(cohort):
        column = cohort.rows[name]
        absent = column.is_null()
        if column.dtype == pl.String:
            absent |= (column.str.strip_chars() == "").fill_null(value=False)
        if absent.any() and not absent.all():
            gaps[name] = absent.to_numpy().astype(np.int64)
    return gaps


def _shares(absent: NDArray[np.int64], bears: NDArray[np.bool_]) -> list[str]:
    groups = (bears[absent == 1], bears[absent == 0])
    return [f"{int(group.sum()):,} of {group.size:,} rows" for group in groups]
