"""Doubt about a score that does not tell the classes apart: class-conditional conformal prediction, through crepes.

Each class gets a p-value from the scores of its own calibration studies; the classes whose p-value is above the level
are the prediction set. A study that is like the calibration studies has its true class in the set with a probability of
at least 1 - level, in the ill and in the healthy alike. Two classes in the set, or none: the model does not know.
Source: Vovk, Gammerman and Shafer 2022, Algorithmic Learning in a Random World, 2nd ed., section 4.6,
doi:10.1007/978-3-031-06649-8.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from fiducial.errors import CannotJudge, WrongUsage
from fiducial.models.contract import Answer
from fiducial.models.support.contract import Arrays, Vector


@dataclass(frozen=True, slots=True, eq=False)
class Conformal:
    """``present`` and ``absent``: a fitted classifier of crepes a finding, for either of its classes."""

    wants_vector: ClassVar[bool] = False

    present: Mapping[str, Any]
    absent: Mapping[str, Any]
    level: float

    @classmethod
    def opened(cls, arrays: Arrays, findings: tuple[str, ...], level: float) -> "Conformal":
        """From the arrays that ``fit_conformal`` gave.

        Raises:
            KeyError: a finding has no calibration scores.
            CannotJudge: a class has too few of them to tell this level.
            WrongUsage: crepes is not installed.
        """
        classifier = _crepes().ConformalClassifier
        fitted: dict[bool, dict[str, Any]] = {True: {}, False: {}}
        for finding in findings:
            for present, of_class in fitted.items():
                strangeness = arrays[f"{finding}.{_KEYS[present]}"].astype(np.float64)
                _require_enough(strangeness.size, level, finding, present=present)
                of_class[finding] = classifier().fit(strangeness)
        return cls(fitted[True], fitted[False], level)

    def weigh(self, answer: Answer, vector: Vector | None) -> Answer:  # noqa: ARG002  (the score is all it looks at)
        """The answer with a doubt for every finding whose prediction set does not hold exactly one class."""
        told = {finding: self._doubt(finding, score) for finding, score in answer.scores.items()}
        return replace(answer, doubts={finding: doubt for finding, doubt in told.items() if doubt is not None})

    def p_values(self, finding: str, score: float) -> tuple[float, float]:
        """How well a score fits those who have the finding, and those who have it not; each 0-1, without smoothing."""
        asked = ((self.present[finding], 1 - score), (self.absent[finding], score))
        ill, healthy = (float(one.predict_p(np.array([[away]]), smoothing=False)[0, 0]) for one, away in asked)
        return ill, healthy

    def _doubt(self, finding: str, score: float) -> str | None:
        ill, healthy = self.p_values(finding, score)
        inside = (ill > self.level) + (healthy > self.level)
        if inside == 1:
            return None
        why = "fits both classes" if inside else "fits neither class"
        return f"the score {why} at level {self.level:g} (p = {ill:.3g} for {finding}, {healthy:.3g} against)"


def fit_conformal(
    truth: Mapping[str, npt.NDArray[np.bool_]], score: Mapping[str, npt.NDArray[np.float64]]
) -> dict[str, npt.NDArray[Any]]:
    """Arrays of an .npz for ``kind = "conformal"``. ``truth``, ``score``: finding -> (n,) of the split ``tune``.

    Scores are calibrated, as the bundle gives them.

    Raises:
        CannotJudge: a finding that nobody has, or everybody.
    """
    arrays: dict[str, npt.NDArray[Any]] = {}
    for finding, labels in truth.items():
        if labels.all() or not labels.any():
            raise CannotJudge(f"{finding}: a conformal support needs studies of both classes; widen the split.")
        arrays[f"{finding}.{_KEYS[True]}"] = np.sort(1 - score[finding][labels])
        arrays[f"{finding}.{_KEYS[False]}"] = np.sort(score[finding][~labels])
    return arrays


_KEYS = {True: "present", False: "absent"}


def _require_enough(found: int, level: float, finding: str, *, present: bool) -> None:
    needed = int(np.ceil(round(1 / level, 9))) - 1
    if found < needed:
        raise CannotJudge(
            f"{found} calibration studies {'have' if present else 'have not'} {finding}, and a level of {level:g} "
            f"needs {needed}; calibrate on more, or set support.level to {1 / (found + 1):.2g} or more"
        )


def _crepes() -> ModuleType:
    try:
        return import_module("crepes")
    except ImportError as absent:
        raise WrongUsage(
            'crepes is not installed; a support of kind = "conformal" needs it: pip install "fiducial[conformal]".'
        ) from absent
