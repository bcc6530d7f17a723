"""Check: how common is each finding at each site and on each scanner?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from scipy.stats import chi2_contingency

from fiducial.claims.evidence import Figure
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.words import INDEPENDENT, concerned, counted, first_few, missing, not_made, percent
from fiducial.cohort.predictors import PATIENTS, clusters, patient_codes
from fiducial.cohort.table import LABEL_PREFIX, Cohort
from fiducial.stats.clusters import GroupedShares, design_effect, grouped_shares
from fiducial.stats.intervals import wilson

_COLUMNS = ("site", "scanner")
_CERTAIN = 0.01  # p of the chi-square test, shared among the findings
_WORTH_A_WARNING = 0.05  # range of prevalence


@dataclass(frozen=True, slots=True)
class Shares:
    """How many rows bear a finding at each value of a column."""

    finding: str
    column: str
    values: list[str]
    counts: GroupedShares
    effect: float  # of the patients' several rows on the variance
    whom: str  # what the intervals keep together


@dataclass(frozen=True, slots=True)
class PrevalenceBySite:
    """Where prevalence differs between sites, whatever betrays the site predicts the disease."""

    name: ClassVar[str] = "prevalence-by-site"
    says: ClassVar[str] = "how common each finding is by site and scanner, and sites with one class or one patient"

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """One finding a label and column, and warnings for sites with one patient or one class."""
        if not cohort.findings or set(missing(cohort, _COLUMNS)) == set(_COLUMNS):
            absent = "label.<finding>" if not cohort.findings else "site and no scanner"
            yield not_made(
                self.name,
                f"the cohort has no {absent} column",
                "whether a finding is commoner in one place",
                "Add where each study was made." if cohort.findings else "Add the labels.",
            )
            return
        rows = cohort.rows.with_columns(pl.Series("_patient", patient_codes(cohort.rows)))
        whom = clusters(cohort)
        for column in _COLUMNS:
            if column not in missing(cohort, _COLUMNS):
                yield from self._alone(rows, column, whom.removesuffix("s"))
                for finding in cohort.findings:
                    yield from self._of(rows, finding, column, whom, len(cohort.findings))

    def _alone(self, rows: pl.DataFrame, column: str, whom: str) -> Iterator[Finding]:
        alone = rows.filter(pl.col(column).is_not_null(), pl.col("_patient").n_unique().over(column) == 1)
        if alone.is_empty():
            return
        values = alone[column].unique().sort()
        yield Finding(
            self.name,
            Severity.WARNING,
            f"{counted(values.len(), f'{column} has', f'{column}s have')} a single {whom}: {first_few(values)}.",
            Figure(f"{column}s_with_one_{whom}", float(values.len()), None, rows[column].n_unique(), unit=f"{column}s"),
            concerned(alone.sort(column, maintain_order=True)),
            f"One {whom} says nothing about a {column}. Add {whom}s from there, or join it with another.",
        )

    def _of(self, rows: pl.DataFrame, finding: str, column: str, whom: str, tests: int) -> Iterator[Finding]:
        label = f"{LABEL_PREFIX}{finding}"
        rows = rows.filter(pl.col(label).is_not_null(), pl.col(column).is_not_null())
        if rows.is_empty():
            return
        values = rows[column].unique().sort()
        group = rows[column].rank("dense").to_numpy().astype(np.int64) - 1
        bears, patient = (rows[label] == 1).to_numpy(), rows["_patient"].to_numpy()
        effect = design_effect(bears - bears.mean(), patient * values.len() + group)
        shares = Shares(finding, column, values.to_list(), grouped_shares(bears, group, patient), effect, whom)
        if 0 < rows[label].mean() < 1:  # type: ignore[operator]  # polars types the mean of any column
            yield from self._one_class(shares, rows)
        yield self._prevalence(shares, tests)

    def _one_class(self, shares: Shares, rows: pl.DataFrame) -> Iterator[Finding]:
        counts = shares.counts
        pure = (counts.successes == 0) | (counts.successes == counts.trials)
        if not pure.any():
            return
        largest_first = [i for i in np.argsort(-counts.trials, kind="stable") if pure[i]]
        told = (
            f"{shares.values[i]} (all {counted(counts.trials[i], 'row')} {int(counts.successes[i] > 0)})"
            for i in largest_first
        )
        names = [value for value, alone in zip(shares.values, pure, strict=True) if alone]
        column = shares.column
        yield Finding(
            self.name,
            Severity.WARNING,
            f"{counted(len(names), f'{column} has', f'{column}s have')} one class of {shares.finding} only: "
            f"{first_few(told)}.",
            Figure(f"{column}s_with_one_class", float(len(names)), None, pure.size, f"{column}s", shares.finding),
            concerned(rows.filter(pl.col(column).is_in(names)).sort(column, maintain_order=True)),
            f"Neither sensitivity nor specificity can be known there, and the {column} gives the label away. Add the "
            "other class, or leave it out.",
        )

    def _prevalence(self, shares: Shares, tests: int) -> Finding:
        share = shares.counts.share
        apart = float(share.max() - share.min())
        p = _chance(shares)
        loud = p is not None and p * tests < _CERTAIN and apart > _WORTH_A_WARNING
        told = first_few((_told(shares, i) for i in np.argsort(-share, kind="stable")), 8)
        tested = "" if p is None else f" Chi-square p {p:.2g}."
        aside = "" if shares.whom == PATIENTS else f" Rows: {INDEPENDENT}."
        return Finding(
            self.name,
            Severity.WARNING if loud else Severity.NOTE,
            f"Prevalence of {shares.finding} by {shares.column}: {told}.{tested}{aside}",
            Figure("prevalence_range", apart, None, int(shares.counts.trials.sum()), subgroup=shares.finding),
            (),
            f"Hold out whole {shares.column}s, report each on its own, and balance the training on it."
            if loud
            else "Nothing urgent.",
        )


def _chance(shares: Shares) -> float | None:
    """How often chance alone makes the groups differ this much; None where there is nothing to compare."""
    counts = shares.counts
    table = np.stack([counts.successes, counts.trials - counts.successes]) / shares.effect
    if table.shape[1] < 2 or (table.sum(axis=1) == 0).any():
        return None
    return float(chi2_contingency(table, correction=False).pvalue)


def _told(shares: Shares, i: int) -> str:
    counts = shares.counts
    interval = wilson(float(counts.share[i] * counts.effective[i]), float(counts.effective[i]))
    return (
        f"{shares.values[i]} {percent(counts.share[i])} "
        f"({percent(interval.low)}-{percent(interval.high)}, {counted(counts.trials[i], 'row')})"
    )
