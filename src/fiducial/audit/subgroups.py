"""Subgroups of the internal split: every value or band of every stratum of the claim, and every two together."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from fiducial.audit.case import Case, Decisions
from fiducial.audit.groups import UNKNOWN
from fiducial.claims.strata import parse_stratum


@dataclass(frozen=True, slots=True, eq=False)
class Subgroup:
    """Some decisions with one value or band of a column, or of two columns at once.

    ``answered`` are those with a score and no abstention; ``share`` is the part of all decisions that the subgroup is.
    """

    column: str
    label: str
    answered: Decisions
    share: float
    crossed: bool = False

    def size(self, metric: str) -> int:
        """How many answered decisions of the class that the metric is about; for AUROC of the rarer one."""
        ill = int(self.answered.truth.sum())
        healthy = len(self.answered) - ill
        return {"sensitivity": ill, "specificity": healthy}.get(metric, min(ill, healthy))


def subgroups(case: Case) -> Iterator[Subgroup]:
    """One stratum after the other, rows without a value as a subgroup of their own; then every two strata crossed."""
    decisions = case.internal
    labelled = {column: _labels(decisions, text) for column, text in _strata(case).items()}
    for column, labels in labelled.items():
        yield from _of(decisions, column, labels, crossed=False)
    for (one, first), (other, second) in combinations(labelled.items(), 2):
        both = first + " & " + second
        yield from _of(decisions, f"{one} x {other}", both, crossed=True)


def unplaced(case: Case) -> Iterator[str]:
    """A sentence for every stratum that some decisions have no place in."""
    for column, text in _strata(case).items():
        absent = int((_labels(case.internal, text) == f"{column}={UNKNOWN}").sum())
        if absent:
            yield f"{absent} decisions have no {column} or lie outside its bands; they are a subgroup of their own."


def _strata(case: Case) -> dict[str, str]:
    return {parse_stratum(text).column: text for text in case.claim.evidence.strata}


def _labels(decisions: Decisions, text: str) -> pl.Series:
    stratum = parse_stratum(text)
    return stratum.labels(decisions.columns[stratum.column]).fill_null(f"{stratum.column}={UNKNOWN}")


def _of(decisions: Decisions, column: str, labels: pl.Series, *, crossed: bool) -> Iterator[Subgroup]:
    names, member = np.unique(labels.to_numpy().astype(str), return_inverse=True)
    for code, name in enumerate(names):
        inside = member == code
        yield Subgroup(column, str(name), decisions.where(inside & decisions.answered), float(inside.mean()), crossed)
