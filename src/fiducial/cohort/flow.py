"""What a selection did, step by step, as plain numbers: the flow that the report draws."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fiducial.cohort.table import LABEL_PREFIX, Cohort


@dataclass(frozen=True, slots=True)
class Classes:
    """How many rows bear a finding, do not, or have no label for it."""

    finding: str
    positive: int
    negative: int
    unlabelled: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many stand at one point of the flow; ``patients`` is None where the cohort names none."""

    rows: int
    patients: int | None
    labels: tuple[Classes, ...]

    def document(self) -> dict[str, Any]:
        """The counts as JSON carries them."""
        labels = {
            one.finding: {"positive": one.positive, "negative": one.negative, "unlabelled": one.unlabelled}
            for one in self.labels
        }
        return {"rows": self.rows, "patients": self.patients, "labels": labels}


@dataclass(frozen=True, slots=True)
class FlowStep:
    """One step: who went (``dropped``), who is left (``after``), and what missing values did."""

    name: str
    rule: str  # include or exclude
    reason: str
    asked: str  # the criterion in words: "age at least 18"
    dropped: Counts
    after: Counts
    patients_lost: int | None  # patients of whom no row is left after this step
    missing_dropped: int
    missing_kept: int

    def document(self) -> dict[str, Any]:
        """The step as JSON carries it."""
        return {
            "name": self.name,
            "rule": self.rule,
            "reason": self.reason,
            "asked": self.asked,
            "dropped": self.dropped.document(),
            "after": self.after.document(),
            "patients_lost": self.patients_lost,
            "missing_dropped": self.missing_dropped,
            "missing_kept": self.missing_kept,
        }


@dataclass(frozen=True, slots=True)
class Flow:
    """From those who were identified to those who are in."""

    table: str  # how the cohort's table is called
    criteria: str  # and the file of the criteria
    identified: Counts
    steps: tuple[FlowStep, ...]

    @property
    def final(self) -> Counts:
        """Those who are in."""
        return self.steps[-1].after if self.steps else self.identified


class Tally:
    """Counts any group of a cohort's rows; what it needs is made once."""

    def __init__(self, cohort: Cohort, patient: NDArray[np.int64]) -> None:
        named = "patient" in cohort.rows.columns and cohort.rows["patient"].null_count() < cohort.rows.height
        self._patient = patient if named else None
        self._labels = {
            finding: cohort.rows[LABEL_PREFIX + finding].fill_null(-1).to_numpy() for finding in cohort.findings
        }

    def count(self, group: NDArray[np.bool_]) -> Counts:
        """Rows, patients and classes of a group, (rows,)."""
        return Counts(int(group.sum()), self.patients(group), tuple(self._classes(group)))

    def patients(self, group: NDArray[np.bool_]) -> int | None:
        """How many patients have a row in the group; a row that names none is a patient of its own."""
        return None if self._patient is None else int(np.count_nonzero(np.bincount(self._patient[group])))

    def _classes(self, group: NDArray[np.bool_]) -> list[Classes]:
        of_each = {finding: np.bincount(label[group] + 1, minlength=3) for finding, label in self._labels.items()}
        return [Classes(name, int(n[2]), int(n[1]), int(n[0])) for name, n in of_each.items()]
