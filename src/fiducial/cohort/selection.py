"""Choose who is in by written criteria, and keep the account: who went, at which step, why, and whom that misses."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.claims.claim import Claim, read_claim
from fiducial.claims.evidence import NOTICE
from fiducial.cohort.answers import answers, require_column, values_that_never_occur
from fiducial.cohort.checks.contract import Finding
from fiducial.cohort.checks.words import counted
from fiducial.cohort.compare import Difference, differences, variables
from fiducial.cohort.criteria import Criteria, CriteriaSource, Criterion, Rule, Step, read_criteria
from fiducial.cohort.flow import Flow, FlowStep, Tally
from fiducial.cohort.losses import Loss
from fiducial.cohort.picking import one_of_each
from fiducial.cohort.population import match_claim
from fiducial.cohort.predictors import patient_codes
from fiducial.cohort.table import Cohort, CohortSource, read_cohort
from fiducial.cohort.wording import asked
from fiducial.errors import UnusableInput
from fiducial.files.names import did_you_mean

SELECTION_SCHEMA = "fiducial.cohort-select/1"
OVERALL = "all steps together"


@dataclass(frozen=True, slots=True)
class Selection:
    """Who is in, and the account of it.

    ``exclusions``: one row for each that is out: ``study``, ``step``, ``reason``, and ``missing``: whether it went for
    want of a value. ``losses``: one a step, and one for all together. ``findings``: how the selected rows match the
    claim, where one was given.
    """

    cohort: Cohort
    exclusions: pl.DataFrame
    flow: Flow
    losses: tuple[Loss, ...]
    notes: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    def document(self) -> dict[str, Any]:
        """What ``cohort select --json`` prints."""
        return {
            "schema": SELECTION_SCHEMA,
            "notice": NOTICE,
            "identified": self.flow.identified.document(),
            "steps": [step.document() for step in self.flow.steps],
            "losses": [loss.document() for loss in self.losses],
            "findings": [finding.document() for finding in self.findings],
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class _Taken:
    """What one step did to the rows: all masks (rows,)."""

    step: Step
    dropped: NDArray[np.bool_]
    kept: NDArray[np.bool_]
    missing: NDArray[np.bool_]  # rows that came to this step without a value


def select_cohort(cohort: CohortSource, criteria: CriteriaSource, claim: Claim | str | Path | None = None) -> Selection:
    """Take the steps of ``criteria`` in order; the files of the rows that stay follow them.

    The same cohort and criteria give the same selection, whatever the order of the rows.

    Raises:
        UnusableInput: the table, the criteria or the claim cannot be used, a column is not there, a value cannot be
            compared, or nobody is left.
    """
    given, read = read_cohort(cohort), read_criteria(criteria)
    promised = claim if claim is None or isinstance(claim, Claim) else read_claim(claim)
    for step in read.steps:
        require_column(step.criterion, given.table, read.name)
    patient = patient_codes(given.rows)
    taken = list(_take(given, read, patient))
    kept = taken[-1].kept
    selected = _follow(given, kept)
    return Selection(
        selected,
        _exclusions(given, taken),
        _flow(given, read, taken, patient),
        tuple(_losses(given, taken, patient)),
        tuple(_notes(given, taken)),
        () if promised is None else tuple(match_claim(selected, promised)),
    )


def _take(cohort: Cohort, criteria: Criteria, patient: NDArray[np.int64]) -> Iterator[_Taken]:
    alive = np.ones(cohort.rows.height, dtype=bool)
    for step in criteria.steps:
        stays, missing = _stay(step, cohort, alive, patient)
        kept = alive & stays
        if not kept.any():
            raise UnusableInput(
                f"{criteria.name}: the step {step.criterion.name!r} ({asked(step.criterion)}) leaves nobody: all "
                f"{int(alive.sum()):,} rows that had come so far go, {int((missing & alive).sum()):,} of them for want "
                "of a value. Widen it."
            )
        yield _Taken(step, alive & ~stays, kept, missing & alive)
        alive = kept


def _stay(
    step: Step, cohort: Cohort, alive: NDArray[np.bool_], patient: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether each row may stay, and whether it lacks the value that decides."""
    criterion = step.criterion
    if criterion.one_per_patient is not None:
        return one_of_each(criterion, cohort, alive, patient)
    asked_rows = cohort.table.replace(cohort.rows)
    met = answers(criterion, asked_rows)
    missing = met.is_null().to_numpy()
    yes = met.fill_null(value=False).to_numpy()
    stays = yes if step.rule is Rule.INCLUDE else ~yes
    return np.where(missing, criterion.missing == "keep", stays), missing


def _follow(cohort: Cohort, kept: NDArray[np.bool_]) -> Cohort:
    """The rows that stay, and every file that does not belong to a row that went."""
    mask = pl.Series(kept)
    rows, gone = cohort.rows.filter(mask), cohort.rows.filter(~mask)
    if cohort.files is None:
        return replace(cohort, rows=rows)
    leaves = pl.col("study").is_in(gone["study"].implode()).fill_null(value=False)
    if "path" in gone.columns:
        leaves |= pl.col("study").is_null() & pl.col("path").is_in(gone["path"].implode()).fill_null(value=False)
    return replace(cohort, rows=rows, files=cohort.files.filter(~leaves))


def _exclusions(cohort: Cohort, taken: list[_Taken]) -> pl.DataFrame:
    study = cohort.rows["study"]
    parts = [
        pl.DataFrame({"study": study.filter(pl.Series(one.dropped))}).with_columns(
            step=pl.lit(one.step.criterion.name),
            reason=pl.lit(one.step.criterion.reason),
            missing=pl.Series(one.missing[one.dropped], dtype=pl.Boolean),
        )
        for one in taken
    ]
    return pl.concat(parts)


def _flow(cohort: Cohort, criteria: Criteria, taken: list[_Taken], patient: NDArray[np.int64]) -> Flow:
    tally = Tally(cohort, patient)
    identified = tally.count(np.ones(cohort.rows.height, dtype=bool))
    steps: list[FlowStep] = []
    before = identified
    for one in taken:
        criterion, after = one.step.criterion, tally.count(one.kept)
        lost = None if before.patients is None or after.patients is None else before.patients - after.patients
        steps.append(
            FlowStep(
                criterion.name,
                str(one.step.rule),
                criterion.reason,
                asked(criterion),
                tally.count(one.dropped),
                after,
                lost,
                int((one.missing & one.dropped).sum()),
                int((one.missing & one.kept).sum()),
            )
        )
        before = after
    return Flow(cohort.name, criteria.name, identified, tuple(steps))


def _losses(cohort: Cohort, taken: list[_Taken], patient: NDArray[np.int64]) -> Iterator[Loss]:
    pairs = len(taken) + 1 if len(taken) > 1 else 1
    compare = partial(differences, variables(cohort), patient=patient, pairs=pairs)
    for one in taken:
        yield _loss(one.step.criterion.name, one.dropped, one.kept, compare, one.step.criterion)
    if len(taken) > 1:
        kept = taken[-1].kept
        yield _loss(OVERALL, ~kept, kept, compare, *(one.step.criterion for one in taken))


def _loss(
    name: str,
    dropped: NDArray[np.bool_],
    kept: NDArray[np.bool_],
    compare: Callable[[NDArray[np.bool_], NDArray[np.bool_]], list[Difference]],
    *chosen_by: Criterion,
) -> Loss:
    found = compare(dropped, kept) if dropped.any() else []
    columns = tuple(one.column for one in chosen_by if one.column is not None)
    return Loss(name, int(dropped.sum()), int(kept.sum()), tuple(found), columns)


def _notes(cohort: Cohort, taken: list[_Taken]) -> Iterator[str]:
    for one in taken:
        criterion = one.step.criterion
        if criterion.column is not None:
            known = [str(value) for value in cohort.rows[criterion.column].drop_nulls().unique().head(1000)]
            for value in values_that_never_occur(criterion, cohort.table):
                hint = did_you_mean(str(value), known)
                yield f"{criterion.name}: no row has {criterion.column} {value!r}.{hint}"
        if not one.dropped.any():
            yield f"{criterion.name}: nobody was dropped."
        if criterion.one_per_patient is not None and (nameless := cohort.rows["patient"].null_count()):
            yield f"{criterion.name}: {counted(nameless, 'row')} without a patient, each a patient of its own."
