"""What an ensemble fits, and on whom: the tuning split's clean rows with a label, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.cohort.table import LABEL_PREFIX
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.predictions.calibrators import Calibrator, fit_beta, fit_isotonic, fit_platt, fit_temperature
from fiducial.predictions.fusion.answers import Answers
from fiducial.predictions.fusion.recipe import ScoreRule
from fiducial.predictions.fusion.scores import Stacked
from fiducial.predictions.fusion.stacking import FEWEST, fit_stack
from fiducial.predictions.table import CLEAN

_FITS: dict[str, Callable[[NDArray[np.bool_], NDArray[np.float64]], Calibrator]] = {
    "platt": fit_platt,
    "isotonic": fit_isotonic,
    "beta": fit_beta,
    "temperature": fit_temperature,
}


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was fitted for one finding, and on which studies; None where a file has forgotten them."""

    stack: Stacked | None
    calibrator: Calibrator | None
    studies: pl.Series | None


UNFITTED = Fitted(None, None, None)


@dataclass(frozen=True, slots=True, eq=False)
class Tuning:
    """``truth``, ``used``: (n,) of the answers; only rows that are ``used`` may be fitted on."""

    finding: str
    studies: pl.Series
    truth: NDArray[np.bool_]
    used: NDArray[np.bool_]

    def stack(self, scores: NDArray[np.float64]) -> Stacked:
        """Fit a stack of the members' scores (n, members).

        Raises:
            UnusableInput: the split is too small.
        """
        try:
            return fit_stack(self.truth[self.used], scores[self.used])
        except ValueError as few:
            raise UnusableInput(
                f"{self.finding}: {few} on the tuning split. Take the rule logit-mean, which needs none."
            ) from few

    def calibrator(self, kind: str, raw: NDArray[np.float64]) -> Calibrator:
        """Fit a calibrator of the fused scores (n,).

        Raises:
            UnusableInput: the split is too small.
        """
        used = self.used & ~np.isnan(raw)
        ill = int(self.truth[used].sum())
        if min(ill, int(used.sum()) - ill) < FEWEST:
            raise UnusableInput(
                f"{self.finding}: calibrating needs {FEWEST} ill and {FEWEST} healthy rows of the tuning split with a "
                f"fused score; got {ill} and {int(used.sum()) - ill}. Leave `calibrate` out, or tune on more."
            )
        return _FITS[kind](self.truth[used], raw[used])

    def fitted(self, stack: Stacked | None, calibrator: Calibrator | None) -> Fitted:
        """What is to be remembered."""
        return Fitted(stack, calibrator, self.studies.filter(pl.Series(self.used)).unique().sort())


def tuning_of(finding: str, answers: Answers, rule: ScoreRule, cohort: pl.DataFrame | None) -> Tuning | None:
    """What a rule may be fitted on; None where it fits nothing.

    Raises:
        WrongUsage: it fits, and there is no cohort with a split and labels of the finding.
    """
    if rule.rule != "stacking" and rule.calibrate is None:
        return None
    label = LABEL_PREFIX + finding
    if cohort is None or not {"split", label} <= set(cohort.columns):
        raise WrongUsage(
            f"stacking and calibration are fitted on the tuning split; hand in a cohort with the columns 'split' and "
            f"{label!r}."
        )
    known = answers.units.join(
        cohort.select("study", "split", label=label), on="study", how="left", maintain_order="left"
    )
    used = (known["split"] == "tune") & known["label"].is_not_null() & (known["condition"] == CLEAN)
    return Tuning(
        finding,
        answers.units["study"],
        (known["label"] == 1).fill_null(value=False).to_numpy(),
        used.fill_null(value=False).to_numpy(),
    )
