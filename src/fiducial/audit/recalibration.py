"""What calibration would be elsewhere or after mending: at the prevalence of use, and recalibrated on tune."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fiducial.audit.case import Case, Decisions
from fiducial.audit.probabilities import as_probabilities
from fiducial.audit.subgroup_calibration import calibration_of, ece_of
from fiducial.claims.evidence import Figure
from fiducial.predictions.calibrators import Platt, fit_isotonic, fit_platt, shift_prevalence

FEWEST = 20  # ill and healthy on the tuning split; a calibrator fitted on fewer is noise


def at_prevalence_of_use(case: Case, decisions: Decisions, bins: int) -> Iterator[Figure]:
    """ECE where the claim says the model will be used: scores shifted to that prevalence, rows weighted to it."""
    here = float(decisions.truth.mean())
    for prevalence in sorted(set(case.claim.claim.prevalence or ())):
        shifted = replace(decisions, score=shift_prevalence(decisions.score, here, prevalence))
        weight = np.where(decisions.truth, prevalence / here, (1 - prevalence) / (1 - here))
        found = ece_of(case, shifted, f"ece at {prevalence:g}", bins, weight)
        yield Figure(f"ece_at_{prevalence:g}", found.value, found.interval, len(decisions))


def recalibrated(case: Case, decisions: Decisions, bins: int) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """Calibrators fitted on ``tune``, and what they would make of the judged decisions."""
    tune = as_probabilities(case, case.tune.only_answered())
    ill = int(tune.truth.sum())
    if min(ill, len(tune) - ill) < FEWEST:
        found = f"the tuning split has {ill} ill and {len(tune) - ill} healthy, not {FEWEST}"
        return (), (f"No recalibration is offered: {found}.",)
    figures, notes = [], []
    for calibrator in (fit_platt(tune.truth, tune.score), fit_isotonic(tune.truth, tune.score)):
        mended = replace(decisions, score=calibrator.apply(decisions.score))
        error = ece_of(case, mended, f"ece after {calibrator.name}", bins)
        figures.append(Figure(f"ece_after_{calibrator.name}", error.value, error.interval, len(decisions)))
        fits = calibration_of(mended, case.confidence, "all")
        figures += [replace(figure, name=f"{figure.name}_after_{calibrator.name}") for figure in fits]
        formula = ""
        if isinstance(calibrator, Platt):
            formula = f", logit p' = {calibrator.intercept:.3f} + {calibrator.slope:.3f} logit p"
        notes.append(
            f"Recalibrated on {len(tune)} tuning decisions ({calibrator.name}{formula}) the ECE here would be "
            f"{error.value:.3f} ({error.interval.low:.3f}-{error.interval.high:.3f}). An offer: nothing was changed."
        )
    return tuple(figures), tuple(notes)
