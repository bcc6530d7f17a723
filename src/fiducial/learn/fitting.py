"""A normalisation that the recipe leaves open, ``mean = "fit"``: fitted on the pictures of the training split alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fiducial.batch import run
from fiducial.errors import CannotJudge, UnusableInput
from fiducial.learn.cache import Preparing
from fiducial.learn.rows import TrainingRows
from fiducial.models.contract import Study
from fiducial.scans.preparation.preparing import parse_steps

FIT = "fit"
_DIGITS = 6  # of mean and std in the bundle


@dataclass(frozen=True, slots=True)
class _Sums:
    """Picklable: count, sum and sum of squares of each channel of one study, in float64."""

    work: Preparing

    def __call__(self, study: Study) -> npt.NDArray[np.float64]:
        picture = self.work(study).astype(np.float64)
        flat = picture.reshape(len(picture), -1)
        return np.stack([np.full(len(flat), flat.shape[1]), flat.sum(axis=1), np.square(flat).sum(axis=1)])


def fit_preparation(
    sections: Sequence[Mapping[str, Any]], rows: TrainingRows, *, where: str
) -> tuple[dict[str, Any], ...]:
    """The sections of ``[[preparation]]`` with every ``mean = "fit"`` replaced by numbers.

    One mean and one standard deviation a channel, over all pixels of the training split as they stand at that step.

    Raises:
        UnusableInput: ``std`` is given beside a fitted mean, or a channel has one value throughout.
        CannotJudge: no image of the training split can be prepared.
    """
    fitted: list[dict[str, Any]] = []
    for section in map(dict, sections):
        if section.get("step") == "normalise" and FIT in (section.get("mean"), section.get("std")):
            if section.get("std", FIT) != FIT or section.get("mean", FIT) != FIT:
                raise UnusableInput(f'{where}: normalise fits both or neither; give mean = "fit" alone.')
            mean, std = _levels(fitted, rows, where)
            section |= {"mean": mean, "std": std}
        fitted.append(section)
    return tuple(fitted)


def _levels(before: Sequence[Mapping[str, Any]], rows: TrainingRows, where: str) -> tuple[list[float], list[float]]:
    work = _Sums(Preparing(parse_steps(before, where=where)))
    sums = [done.result for done in run(work, rows.only("train").images()) if done.result is not None]
    if not sums:
        raise CannotJudge(f"{where}: no image of the training split could be prepared, so nothing can be fitted.")
    count, total, squares = np.sum(sums, axis=0)
    mean = total / count
    std = np.sqrt(np.maximum(squares / count - mean**2, 0))
    if not (std > 1e-9 * np.maximum(1, np.abs(mean))).all():
        raise UnusableInput(f"{where}: a channel has one value in all of the training split; look at the steps before.")
    return [round(float(one), _DIGITS) for one in mean], [round(float(one), _DIGITS) for one in std]
