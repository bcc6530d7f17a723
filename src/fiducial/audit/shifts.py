"""Calibration, coverage and risk where the data are others than at home: external groups and conditions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fiducial.audit.case import Case, Decisions
from fiducial.audit.effects import share
from fiducial.audit.groups import external_groups
from fiducial.audit.probabilities import as_probabilities
from fiducial.audit.stress_floors import Demand
from fiducial.audit.stresses import tried
from fiducial.audit.subgroup_calibration import BINS, FEWEST_PATIENTS, calibration_of
from fiducial.claims.evidence import Figure
from fiducial.claims.floors import Floor
from fiducial.stats.calibration import estimate_ece

EXACT_UP_TO = 10_000  # patients; fifty conditions of ten times as many would be resampled for minutes


@dataclass(frozen=True, slots=True)
class Shift:
    """One external group or one condition; figures by name.

    ``borne``: the claim must hold here. ``filled``: the calibration error with every unanswered decision counted as an
    error, None where all were answered. ``untried``, ``unanswered``: decisions.
    """

    label: str
    where: str
    figures: dict[str, Figure]
    borne: bool
    filled: Figure | None
    untried: int
    unanswered: int

    def demand(self, floor: Floor, *, filled: bool = False) -> Demand:
        """Its calibration error against a floor."""
        return Demand(self.where, self.filled if filled else self.figures.get("ece"), floor)


def shifts(case: Case) -> Iterator[Shift]:
    """The external groups of the claim, then every condition that is no wrong input, on the internal split."""
    for label, group in external_groups(case):
        yield _shift(case, label, f"at {label}", group, borne=True)
    for one in tried(case, case.internal):
        if not one.stressor.is_wrong_input(case):
            condition, borne = one.stressor.condition, one.stressor.is_borne(case)
            found = _shift(case, condition, f"under {condition}", one.under, borne=borne)
            figures = {
                name: replace(figure, subgroup="all", condition=condition) for name, figure in found.figures.items()
            }
            yield replace(found, figures=figures, untried=one.untried)


def _shift(case: Case, label: str, where: str, decisions: Decisions, *, borne: bool) -> Shift:
    decisions = as_probabilities(case, decisions)
    figures = {figure.name: figure for figure in _figures(case, label, decisions)}
    unanswered = len(decisions) - int(decisions.answered.sum())
    filled = _ece(case, label, decisions.unanswered_as_errors()) if unanswered and borne else None
    return Shift(label, where, figures, borne, filled, 0, unanswered)


def _figures(case: Case, label: str, decisions: Decisions) -> Iterator[Figure]:
    yield share("coverage", decisions.answered, decisions.patient, case.confidence, label)
    answered = decisions.only_answered()
    if len(answered):
        yield share("risk", answered.called != answered.truth, answered.patient, case.confidence, label)
        if error := _ece(case, label, answered):
            yield error
        yield from calibration_of(answered, case.confidence, label)


def _ece(case: Case, label: str, decisions: Decisions) -> Figure | None:
    if decisions.patients < FEWEST_PATIENTS:
        return None
    error = estimate_ece(
        decisions.truth,
        decisions.score,
        decisions.patient,
        case.rng(f"calibration {label}"),
        bins=BINS,
        resamples=case.resamples,
        confidence=case.confidence,
        exact_up_to=EXACT_UP_TO,
    )
    return Figure("ece", error.value, error.interval, len(decisions), subgroup=label)
