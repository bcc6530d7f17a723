"""Which rows are the slices of one volume, in their order along the body; a volume has what any slice has."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from fiducial.batch import run
from fiducial.cohort.volumes import stack_cohort
from fiducial.errors import CannotJudge
from fiducial.learn.rows import Labels, TrainingRows
from fiducial.models.contract import Study
from fiducial.scans.slices import part_of, slices_in
from fiducial.scans.stacking import in_order

Places: TypeAlias = npt.NDArray[np.int64]  # of rows


@dataclass(frozen=True, slots=True, eq=False)
class Volumes:
    """``places``: of each series the rows of its slices, to the head. ``left_out``: series -> why it has no order."""

    rows: TrainingRows  # of slices
    series: tuple[str, ...]
    places: tuple[Places, ...]
    labels: Labels  # (volumes, findings)
    left_out: dict[str, str]

    @classmethod
    def of(cls, rows: TrainingRows) -> "Volumes":
        """Stack the slices of one split by series, and order each by position, never by name or number.

        Raises:
            UnusableInput: nothing says which images are slices of one series.
            CannotJudge: no series could be put in order.
        """
        stacked = TrainingRows(stack_cohort(rows.cohort), rows.findings)
        place_of = {path: place for place, image in enumerate(rows.images()) for path in image.paths}
        kept, places, left_out = [], [], {}
        for number, done in enumerate(run(_ordered, stacked.images())):
            if done.result is None:
                left_out[done.item.study] = str(done.reason)
                continue
            kept.append(number)
            places.append(np.array([place_of[path] for path in done.result if path in place_of], np.int64))
        if not kept:
            series, reason = next(iter(left_out.items()))
            raise CannotJudge(f"sequence: no series could be put in order; the first: {series}: {reason}")
        names = [stacked.studies[number] for number in kept]
        return cls(rows, tuple(names), tuple(places), stacked.labels[kept], left_out)

    @property
    def patients(self) -> Places:
        """Whose each volume is, numbered over all rows of the split: (volumes,)."""
        of_rows = self.patients_of_slices
        return np.array([of_rows[own[0]] for own in self.places], np.int64)

    @property
    def patients_of_slices(self) -> Places:
        """The same of each row: (rows,)."""
        found = self.rows.groups("patient")
        if found is not None:
            return found
        numbers = np.empty(len(self.rows.studies), np.int64)
        for number, own in enumerate(self.places):
            numbers[own] = number
        return numbers

    @property
    def by_length(self) -> dict[int, list[int]]:
        """Number of slices -> the volumes that have so many."""
        found: dict[int, list[int]] = defaultdict(list)
        for number, own in enumerate(self.places):
            found[len(own)].append(number)
        return dict(found)

    def images(self, number: int) -> Study:
        """One volume as ``predict`` would be shown it."""
        images = self.rows.images()
        paths = tuple(path for place in self.places[number] for path in images[place].paths)
        return Study(self.series[number], paths)

    def greatest(self, logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """(slices, findings) -> (volumes, findings): each finding's greatest logit."""
        return np.stack([logits[own].max(axis=0) for own in self.places])


def _ordered(study: Study) -> Sequence[Path]:
    return [one.path for one in in_order([one for path in study.paths for one in slices_in(part_of(path))])]
