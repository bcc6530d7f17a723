"""Failure modes: a subgroup and a kind of error, counted against everyone else of the same class.

Ill and healthy are kept apart: among the ill an error is a miss, among the healthy a false alarm.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.audit.case import Case, Decisions
from fiducial.audit.groups import UNKNOWN
from fiducial.audit.metadata import Column, metadata
from fiducial.claims.strata import Stratum, parse_stratum
from fiducial.cohort.labels import TRUTH
from fiducial.stats.two_shares import TwoShares, two_shares

MINIMUM = 10  # decisions of the class inside and outside; below it an interval says nothing
QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)  # of a number that the claim gives no bands


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of error: ``figure`` names it, ``verb`` tells it, ``people`` are those it can happen to."""

    figure: str
    verb: str
    people: str


MISSED = Kind("missed", "missed", "ill")
ALARMS = Kind("false_alarms", "called ill", "healthy")


@dataclass(frozen=True, slots=True, eq=False)
class AtRisk:
    """The decisions that one kind of error can happen to, (n,) each. ``weight``: the finding's significance."""

    kind: Kind
    decisions: Decisions
    wrong: NDArray[np.bool_]
    weight: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Mode:
    """A kind of error in a group. ``member``: (n,) of those at risk. ``excess``: errors beyond the rate elsewhere.

    The excess is weighed by clinical significance: missing a finding that counts 0.2 adds a fifth of a miss.
    """

    kind: Kind
    label: str
    member: NDArray[np.bool_]
    shares: TwoShares
    excess: float

    @property
    def words(self) -> str:
        """``missed where sex=F``."""
        return f"{self.kind.verb} where {self.label}"


def at_risk(case: Case, decisions: Decisions) -> Iterator[AtRisk]:
    """The ill, who may be missed, and the healthy, who may be called ill; a class that is absent is left out."""
    weight = _significance(case, decisions)
    for kind, class_ in ((MISSED, decisions.truth), (ALARMS, ~decisions.truth)):
        if class_.any():
            of_class = decisions.where(class_)
            yield AtRisk(kind, of_class, of_class.called != of_class.truth, weight[class_])


def modes(case: Case, given: AtRisk) -> Iterator[Mode]:
    """Every group of every stratum that is large enough, and has as many outside it."""
    for label, member in groups(case, given.decisions):
        if MINIMUM <= int(member.sum()) <= member.size - MINIMUM:
            shares = two_shares(given.wrong, member, given.decisions.patient)
            yield Mode(given.kind, label, member, shares, weighted_excess(given, member))


def too_small(case: Case, given: AtRisk, negligible: float) -> Iterator[str]:
    """The groups that are more than ``negligible`` and yet too small to be counted against the rest."""
    for label, member in groups(case, given.decisions):
        short = min(int(member.sum()), member.size - int(member.sum()))
        if 0 < short < MINIMUM and short >= negligible * member.size:
            yield f"{label} ({short} {given.kind.people})" if short == int(member.sum()) else f"all but {label}"


def groups(case: Case, decisions: Decisions) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Values or bands of the claim's strata; without strata, of every column of the cohort that patients share."""
    columns = decisions.columns
    named = [parse_stratum(text) for text in case.claim.evidence.strata]
    labelled = [one.labels(columns[one.column]) for one in named if one.column in columns.columns]
    if not labelled:
        labelled = [_labels(column, columns[column.name]) for column in metadata(columns)]
    for labels in labelled:
        known = labels.fill_null(f"{labels.name}={UNKNOWN}").to_numpy().astype(str)
        for label in np.unique(known).tolist():
            yield label, known == label


def weighted_excess(given: AtRisk, member: NDArray[np.bool_]) -> float:
    """Errors inside beyond what the rate outside would give, each counted by its clinical significance."""
    lost = given.weight * given.wrong
    outside = float(given.weight[~member].sum())
    rate = float(lost[~member].sum()) / outside if outside else 0.0
    return float(lost[member].sum()) - rate * float(given.weight[member].sum())


def _labels(column: Column, values: pl.Series) -> pl.Series:
    if column.is_category:
        names = pl.Series([f"{column.name}={value}" for value in column.values])
        return names.gather(column.content.astype(np.int64)).alias(column.name)
    if column.is_date:
        return Stratum(column.name).labels(values.cast(pl.Date))
    edges = np.unique(np.quantile(column.content[~np.isnan(column.content)], QUARTERS)).tolist()
    numbers = pl.Series(column.name, column.content, nan_to_null=True)
    if len(edges) < 2:  # the one value that is written, against none
        return (f"{column.name}=" + numbers.cast(pl.String)).alias(column.name)
    return Stratum(column.name, tuple(edges)).labels(numbers)


def _significance(case: Case, decisions: Decisions) -> NDArray[np.float64]:
    """What the reference says each finding counts, (n,); 1 where nobody said."""
    if case.labels is None:
        return np.ones(len(decisions))
    reference = case.labels.filter(pl.col("reader") == TRUTH).select("study", "significance")
    asked = pl.DataFrame({"study": decisions.study}).join(reference, "study", "left", maintain_order="left")
    return asked["significance"].fill_null(1.0).to_numpy().astype(np.float64)
