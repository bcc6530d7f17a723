"""Check: was anything trained on that lies in the future of the test, and does the label drift with time?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from fiducial.claims.evidence import Figure
from fiducial.cohort.checks.ages_and_dates import contradicted_ages
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.label_drift import drifts
from fiducial.cohort.checks.words import concerned, counted, missing, not_made
from fiducial.cohort.table import Cohort
from fiducial.stats.roc import delong

_ORDERED = 0.8  # the chance that a test row is later than a train row, from which a split looks like one by time


@dataclass(frozen=True, slots=True)
class TimeOrder:
    """A model is used on patients who come later; training on later ones than the test has seen the future."""

    name: ClassVar[str] = "time-order"
    says: ClassVar[str] = "training rows later than the test, labels that drift with time, ages that contradict dates"

    seed: int = 0

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """At most one finding for the splits, one for every label that drifts, and two for ages."""
        if missing(cohort, ["acquired"]):
            yield not_made(
                self.name, "the cohort has no acquired column", "the order in time", "Add the date of every study."
            )
            return
        dated = cohort.rows.filter(pl.col("acquired").is_not_null())
        if "split" in dated.columns:
            yield from self._splits(dated)
        yield from drifts(self.name, dated, cohort.findings)
        if "age" in dated.columns:
            yield from contradicted_ages(self.name, dated)

    def _splits(self, rows: pl.DataFrame) -> Iterator[Finding]:
        sides = rows.filter(pl.col("split").is_in(["train", "test"]))
        is_test = (sides["split"] == "test").to_numpy()
        if not is_test.any() or is_test.all():
            return
        # A split by time orders patients by their last date: earlier visits of a test patient are no leak.
        named = pl.lit(None) if "patient" not in sides.columns else pl.col("patient")
        whose = pl.coalesce(pl.format("patient {}", named), pl.format("study {}", pl.col("study")))
        last = sides.with_columns(_whose=whose).with_columns(_last=pl.col("acquired").max().over("_whose", "split"))
        opens = last.filter(pl.col("split") == "test").select(pl.col("_last").min()).to_series()
        late = last.filter((last["split"] == "train") & (last["acquired"] > opens)).sort("acquired", descending=True)
        train = int((~is_test).sum())
        order = _chance_later(sides, is_test)
        by_time = "split_recipe" in rows.columns and any(
            "time" in str(recipe).split(";")[0] for recipe in rows["split_recipe"].drop_nulls().unique()
        )
        if late.is_empty():
            return
        severity, what, remedy = _split_verdict(order, by_time=by_time)
        yield Finding(
            self.name,
            severity,
            f"{what}: {counted(late.height, 'of the training rows is', 'of the training rows are')} later than "
            f"{opens.item()}, when the test begins (of {train:,}; a test row is later than a training row with chance "
            f"{order:.2f}).",
            Figure("training_rows_after_test_begins", float(late.height), None, train, unit="rows"),
            concerned(late) if severity is not Severity.NOTE else (),
            remedy,
        )


def _chance_later(sides: pl.DataFrame, is_test: np.ndarray) -> float:
    return float(delong(is_test, sides["acquired"].to_physical().to_numpy().astype(float)).areas[0])


def _split_verdict(order: float, *, by_time: bool) -> tuple[Severity, str, str]:
    if by_time:
        return (
            Severity.ERROR,
            "The split is said to be by time and is not",
            "Split again: fiducial cohort split --by patient,time.",
        )
    if order >= _ORDERED:
        return (
            Severity.WARNING,
            "The split looks like one by time, with rows from the future in train",
            "Find out how these rows came into train, or split again with --by patient,time.",
        )
    if order <= 1 - _ORDERED:
        return (
            Severity.WARNING,
            "Train comes after test, so the model has seen the future of its test",
            "Turn it round: split again with --by patient,time.",
        )
    return (
        Severity.NOTE,
        "The split is not by time",
        "Nothing is wrong, but the test does not show how the model does on later patients; --by patient,time would.",
    )
