"""What the tuning split says about a finding: its calibrator and its threshold. No other split is looked at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from fiducial.claims.operating import KeepFloor, OperatingRule, parse_operating_rule
from fiducial.errors import CannotJudge
from fiducial.predictions.calibrators import (
    Calibrator,
    fit_beta,
    fit_isotonic,
    fit_platt,
    fit_temperature,
    shift_prevalence,
)
from fiducial.stats.operating import Worth, choose, corner_curve, keep_sensitivity, keep_specificity, least_harm

Floats = npt.NDArray[np.float64]
_FITS: Mapping[str, Callable[[npt.NDArray[np.bool_], Floats], Calibrator]] = {
    "temperature": fit_temperature,
    "platt": fit_platt,
    "beta": fit_beta,
    "isotonic": fit_isotonic,
}


@dataclass(frozen=True, slots=True)
class Operating:
    """``calibrator``: None where the recipe wants none. ``threshold``: of the calibrated score.

    ``fitted``: the share of the tuning split that has the finding, at which calibrated scores are right. ``deployed``:
    that at which they are to be right; None: the same.
    """

    calibrator: Calibrator | None
    threshold: float
    rule: str
    fitted: float
    deployed: float | None = None

    def scores(self, logits: Floats) -> Floats:
        """What the bundle will say of these logits, (n,)."""
        return _scores(np.asarray(expit(logits), np.float64), self.calibrator, self.fitted, self.deployed)


def operating(  # noqa: PLR0913  (each is a choice of the recipe)
    logits: Floats,
    labels: npt.NDArray[np.float32],
    *,
    calibrator: str,
    rule: str,
    finding: str,
    deployed: float | None = None,
) -> Operating:
    """``logits``, ``labels``: (n,) of the tuning split; labels may be missing (NaN).

    Raises:
        CannotJudge: no threshold meets the rule.
    """
    known = ~np.isnan(labels)
    truth, score = labels[known] == 1, np.asarray(expit(logits[known]), np.float64)
    fitted, here = None if calibrator == "none" else _FITS[calibrator](truth, score), float(truth.mean())
    calibrated = _scores(score, fitted, here, deployed)
    asked = parse_operating_rule(rule)
    curve = corner_curve(truth, calibrated)
    try:
        at = choose(curve, _worth(asked, here))
    except ValueError as none:
        raise CannotJudge(f"{finding}: no threshold on the tuning split meets {rule!r} ({none}).") from none
    if not curve.hits[at]:
        raise CannotJudge(
            f"{finding}: no threshold on the tuning split meets {rule!r} but one that calls nobody. Give an easier "
            "export.rule, or look at what the network learned (log.csv)."
        )
    return Operating(fitted, float(curve.threshold[at]), str(asked), here, deployed)


def _scores(score: Floats, calibrator: Calibrator | None, fitted: float, deployed: float | None) -> Floats:
    calibrated = score if calibrator is None else calibrator.apply(score)
    return calibrated if deployed is None else shift_prevalence(calibrated, fitted, deployed)


def _worth(rule: OperatingRule, prevalence: float) -> Worth:
    if isinstance(rule, KeepFloor):
        return keep_specificity(rule.floor) if rule.kept == "specificity" else keep_sensitivity(rule.floor)
    return least_harm(rule.missed, rule.alarm, prevalence if rule.prevalence is None else rule.prevalence)
