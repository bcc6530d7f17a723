"""Check: was anything trained on that lies in the future of the test, and does the label drift with time?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from fiducial.claims.evidence import Figure
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.words import between, concerned, counted, first_few, missing, not_made, percent
from fiducial.cohort.predictors import patient_codes
from fiducial.cohort.table import LABEL_PREFIX, Cohort
from fiducial.cohort.timelines import date_columns
from fiducial.stats.roc import delong

_ORDERED = 0.8  # the chance that a test row is later than a train row, from which a split looks like one by time
_DRIFT = 0.6
_YEAR = 365.25  # days
_SLACK = 1.5  # years: an age is whole years, and rounded either way


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
        yield from self._drifts(dated, cohort.findings)
        if "age" in dated.columns:
            yield from self._births(dated)
            yield from self._ageing(dated)

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

    def _drifts(self, rows: pl.DataFrame, findings: list[str]) -> Iterator[Finding]:
        patient = patient_codes(rows)
        days = rows["acquired"].to_physical().to_numpy().astype(float)
        for finding in findings:
            label = rows[f"{LABEL_PREFIX}{finding}"]
            known = label.is_not_null().to_numpy()
            bears = label.drop_nulls().to_numpy() == 1
            if min(np.unique(patient[known][side]).size for side in (bears, ~bears)) < 2:
                continue
            found = delong(bears, days[known], patient[known])
            order, interval = float(found.areas[0]), found.logit_interval(confidence=1 - 0.05 / len(findings))
            if interval.low <= 0.5 <= interval.high:
                continue
            clear = interval.low >= _DRIFT or interval.high <= 1 - _DRIFT
            early, late = _halves(days[known], bears)
            told = found.interval()
            yield Finding(
                self.name,
                Severity.WARNING if clear else Severity.NOTE,
                f"{finding} becomes {'more' if order > 0.5 else 'less'} frequent with time: {percent(early)} of the "
                f"earlier half of the rows, {percent(late)} of the later (a row with it is the later of two with "
                f"chance {order:.2f}, {between(told)}).",
                Figure("auroc", order, told, bears.size, subgroup=f"acquired, {finding}"),
                (),
                "Find out what changed: the disease, who was sent, or how it was labelled. Test on the latest rows, "
                "and make the year a stratum.",
            )

    def _births(self, rows: pl.DataFrame) -> Iterator[Finding]:
        for born in (one for one in date_columns(rows) if "birth" in one.name.lower()):
            years = (rows["acquired"].to_physical() - born.dates.to_physical()) / _YEAR
            apart = (rows["age"] - years).abs() > _SLACK
            wrong = rows.filter(apart.fill_null(value=False) & (years >= 0).fill_null(value=False))
            told = (f"{age:g} in {study}" for age, study in wrong.select("age", "study").iter_rows())
            if wrong.height:
                yield Finding(
                    self.name,
                    Severity.WARNING,
                    f"The age contradicts {born.name} and acquired by more than {_SLACK:g} years in "
                    f"{counted(wrong.height, 'row')}: {first_few(told)}.",
                    Figure("ages_against_birth", float(wrong.height), None, rows.height, unit="rows"),
                    concerned(wrong),
                    "Take the age from the dates, or find out which of the three was shifted.",
                )

    def _ageing(self, rows: pl.DataFrame) -> Iterator[Finding]:
        if "patient" not in rows.columns:
            return
        birth = pl.col("acquired").to_physical() / _YEAR - pl.col("age")
        spread = (birth.max() - birth.min()).over("patient")
        known = rows.filter(pl.col("patient").is_not_null(), pl.col("age").is_not_null())
        wrong = known.filter(spread > 2 * _SLACK).sort("patient", "acquired")
        patients = wrong["patient"].unique(maintain_order=True)
        if wrong.is_empty():
            return
        yield Finding(
            self.name,
            Severity.WARNING,
            f"{counted(patients.len(), 'patient does', 'patients do')} not age as the calendar says (by more than "
            f"{2 * _SLACK:g} years between two studies): {first_few(patients)}.",
            Figure(
                "patients_who_age_wrongly", float(patients.len()), None, known["patient"].n_unique(), unit="patients"
            ),
            concerned(wrong),
            "Either two people share an identifier, or dates were shifted study by study: shift them by patient.",
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


def _halves(days: np.ndarray, bears: np.ndarray) -> tuple[float, float]:
    """The share that bears the label in the earlier and in the later half of the rows."""
    order = np.argsort(days, kind="stable")
    half = order.size // 2
    return float(bears[order[:half]].mean()), float(bears[order[half:]].mean())
