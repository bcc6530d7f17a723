"""Inputs that the model is not for: wrong inputs by the claim, and patients outside its population. Does it answer?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.case import Case, Decisions
from fiducial.audit.confidences import sureness
from fiducial.audit.effects import share
from fiducial.audit.stresses import parse_stressor, tried
from fiducial.claims.evidence import Figure
from fiducial.cohort.answers import answers
from fiducial.cohort.population import criterion
from fiducial.errors import UnusableInput
from fiducial.files.tables import Table
from fiducial.stats.intervals import mean_clustered


@dataclass(frozen=True, slots=True)
class Outside:
    """One kind of input that should get no answer: ``answered``, the share that got one; ``sure``, how sure it was."""

    label: str
    answered: Figure
    sure: Figure | None
    called_ill: Figure | None

    def figures(self) -> Iterator[Figure]:
        """Those that there are."""
        yield from (figure for figure in (self.answered, self.sure, self.called_ill) if figure)


def outside(case: Case) -> Iterator[Outside]:
    """Wrong inputs by name and severity, then every column of the claim's population that somebody lies outside."""
    for one in tried(case, case.internal):
        if one.stressor.is_wrong_input(case):
            condition = one.stressor.condition
            yield _measured(case, one.under, f"under {condition}", "all", condition)
    for column, group in _strangers(case):
        yield _measured(case, group, f"outside the claim's {column}", f"outside {column}", "clean")


def untried_inputs(case: Case) -> Iterator[str]:
    """The wrong inputs that the claim names and nobody tried."""
    stressors = [parse_stressor(condition) for condition in case.probed.conditions]
    known = {name for one in stressors for name in (one.condition, one.name)}
    yield from (name for name in case.claim.evidence.wrong_inputs if name not in known)


def unread_population(case: Case) -> Iterator[str]:
    """Why a column of the population could not be asked, in words."""
    for column in case.claim.claim.population:
        if column not in case.decisions.columns.columns:
            yield f"The cohort has no column {column}, so nobody outside the claim's {column} can be found."
        elif isinstance(found := lies_outside(case, column), str):
            yield found


def lies_outside(case: Case, column: str) -> NDArray[np.bool_] | str:
    """A mask over the decisions, (n,), where a missing value lies inside; or why there is none."""
    table = Table(case.decisions.columns, "the cohort", 0)
    try:
        met = answers(criterion(column, case.claim.claim.population[column]), table)
    except UnusableInput as wrong:
        return str(wrong)
    return (~met.fill_null(value=True)).to_numpy()


def _strangers(case: Case) -> Iterator[tuple[str, Decisions]]:
    judged = case.rows_of(case.claim.evidence.internal) | case.rows_of("external")
    for column in case.claim.claim.population:
        if column in case.decisions.columns.columns and not isinstance(found := lies_outside(case, column), str):
            mask = judged & found
            if mask.any():
                yield column, case.decisions.where(mask)


def _measured(case: Case, decisions: Decisions, label: str, subgroup: str, condition: str) -> Outside:
    asked = share("answered_outside", decisions.answered, decisions.patient, case.confidence, subgroup)
    answered = decisions.only_answered()
    how_sure = called = None
    if len(answered):
        values = sureness(answered)
        interval = mean_clustered(values, answered.patient, case.confidence)
        how_sure = Figure("confidence_outside", float(values.mean()), interval, len(answered), "1", subgroup, condition)
        called = share("called_ill_outside", answered.called, answered.patient, case.confidence, subgroup)
        called = replace(called, condition=condition)
    return Outside(label, replace(asked, condition=condition), how_sure, called)
