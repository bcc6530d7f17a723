"""Does the cohort hold whom the claim speaks of: its population, its prevalence, and splits that are alike?

``population = { age = [18, 90] }``: two numbers are a range, both ends included; anything else is a set.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import isfinite

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.claims.claim import ALL_ROWS, Claim
from fiducial.claims.evidence import Figure
from fiducial.cohort.answers import answers
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.words import concerned, counted, first_few, not_made, percent
from fiducial.cohort.compare import Difference, Loudness, differences, variables
from fiducial.cohort.criteria import Criterion
from fiducial.cohort.predictors import patient_codes
from fiducial.cohort.table import LABEL_PREFIX, SPLITS, Cohort
from fiducial.errors import UnusableInput
from fiducial.files.names import did_you_mean
from fiducial.stats.intervals import wilson_clustered

NAME = "population"
SAYS = "whether the cohort is the claim's population, at its prevalence, in splits that are alike (needs --claim)"
_MANY = 0.05  # share of the judged rows outside the population from which the claim is about other people
_QUARTERS = 4


@dataclass(frozen=True, slots=True)
class _Judged:
    """The rows that the claim is judged on, and their splits; masks (rows,)."""

    cohort: Cohort
    rows: NDArray[np.bool_]
    words: str


def match_claim(cohort: Cohort, claim: Claim) -> Iterator[Finding]:
    """Findings on every key of ``population``, on the prevalence of every split, and on every pair of splits."""
    judged = _judged(cohort, claim)
    if not claim.claim.population:
        yield not_made(NAME, "the claim names no population", "whether these are its patients", "Add `population`.")
    for column, values in claim.claim.population.items():
        yield from _of_population(judged, column, values)
    yield from _prevalences(judged, claim)
    yield from _between_splits(cohort)


def _judged(cohort: Cohort, claim: Claim) -> _Judged:
    everything = np.ones(cohort.rows.height, dtype=bool)
    if claim.evidence.internal == ALL_ROWS or "split" not in cohort.rows.columns:
        return _Judged(cohort, everything, "rows")
    splits = [
        name for name in dict.fromkeys((claim.evidence.internal, "external")) if name in set(cohort.rows["split"])
    ]
    if not splits:
        return _Judged(cohort, everything, "rows")
    mask = cohort.rows["split"].is_in(splits).fill_null(value=False).to_numpy()
    return _Judged(cohort, mask, f"{' and '.join(splits)} rows")


def _of_population(judged: _Judged, column: str, values: tuple[float | str, ...]) -> Iterator[Finding]:
    rows = judged.cohort.rows
    if column not in rows.columns:
        absent = f"the cohort has no column {column!r}.{did_you_mean(column, rows.columns)}".removesuffix(".")
        yield not_made(NAME, absent, f"whether its {column} is the claim's", f"Add {column}, or say less in the claim.")
        return
    low, high = values if is_range(values) else (None, None)
    if low is not None and high is not None and low > high:  # type: ignore[operator]  # is_range: two numbers
        wrong = f"population.{column} is [{low}, {high}], which no row can meet."
        yield Finding(NAME, Severity.ERROR, wrong, None, (), "Write [lowest, highest].")
        return
    try:
        met = answers(criterion(column, values), judged.cohort.table)
    except UnusableInput as wrong:
        yield not_made(NAME, str(wrong).rstrip("."), f"whether its {column} is the claim's", f"Mend {column}.")
        return
    outside = (~met.fill_null(value=True)).to_numpy()
    claimed = _claimed(values)
    yield from _outside(judged, column, outside, claimed)
    yield from _missing(judged, column, met.is_null().to_numpy(), claimed)
    yield from _not_there(judged, column, values)
    if not (outside | met.is_null().to_numpy()).any():
        said = f"Every one of {counted(rows.height, 'row')} has {column} {claimed}, as the claim says."
        yield Finding(NAME, Severity.NOTE, said, None, (), "Nothing.")


def is_range(values: tuple[float | str, ...]) -> bool:
    """Whether an entry of ``population`` is a range (two numbers) rather than a set."""
    return len(values) == 2 and all(isinstance(value, float | int) for value in values)


def criterion(column: str, values: tuple[float | str, ...]) -> Criterion:
    """An entry of ``population`` as a question that can be asked of a table."""
    test = {"between": values} if is_range(values) else {"in": values}
    said = {"name": f"population.{column}", "reason": "outside the claim's population", "missing": "keep"}
    return Criterion.model_validate({**said, "column": column, **test})


def _claimed(values: tuple[float | str, ...]) -> str:
    words = [f"{value:g}" if isinstance(value, float | int) else value for value in values]
    return f"from {words[0]} to {words[1]}" if is_range(values) else f"in {', '.join(words)}"


def _outside(judged: _Judged, column: str, outside: NDArray[np.bool_], claimed: str) -> Iterator[Finding]:
    rows = judged.cohort.rows
    for mask, words, of_judged in (
        (judged.rows & outside, judged.words, True),
        (~judged.rows & outside, "rows that the claim is not judged on", False),
    ):
        number, among = int(mask.sum()), int((judged.rows if of_judged else ~judged.rows).sum())
        if not number:
            continue
        share = number / among
        loud = Severity.ERROR if share >= _MANY else Severity.WARNING
        gone = rows.filter(pl.Series(mask))
        seen = first_few(gone[column].cast(pl.String).unique().sort())
        yield Finding(
            NAME,
            loud if of_judged else Severity.NOTE,
            f"{number:,} of {among:,} {words} ({percent(share)}) lie outside the claimed {column} ({claimed}): {seen}.",
            Figure("outside_population", share, None, among, subgroup=column),
            concerned(gone),
            "Take them out with `fiducial cohort select`, or widen the claim."
            if of_judged
            else "A model may learn from others than it is for; say so.",
        )


def _missing(judged: _Judged, column: str, missing: NDArray[np.bool_], claimed: str) -> Iterator[Finding]:
    among, number = int(judged.rows.sum()), int((judged.rows & missing).sum())
    if number:
        yield Finding(
            NAME,
            Severity.WARNING,
            f"{number:,} of {among:,} {judged.words} ({percent(number / among)}) have no {column}, so whether it is "
            f"{claimed} is unknown.",
            Figure("unknown_population", number / among, None, among, subgroup=column),
            concerned(judged.cohort.rows.filter(pl.Series(judged.rows & missing))),
            f"Look {column} up, or say with `fiducial cohort select` what a missing one does.",
        )


def _not_there(judged: _Judged, column: str, values: tuple[float | str, ...]) -> Iterator[Finding]:
    """Claimed and not shown: a value of the set, or a quarter of the range, that no judged row has."""
    parts: list[tuple[str, tuple[float | str, ...]]]
    if is_range(values):
        edges = np.linspace(float(values[0]), float(values[1]), _QUARTERS + 1)
        parts = [(f"{low:g}-{high:g}", (float(low), float(high))) for low, high in pairwise(edges)]
    else:
        parts = [(str(value), (value,)) for value in values]
    rows = judged.cohort.rows.filter(pl.Series(judged.rows))
    table = judged.cohort.table.replace(rows)
    absent = [words for words, part in parts if not answers(criterion(column, part), table).any()]
    if absent and not rows.is_empty():
        yield Finding(
            NAME,
            Severity.WARNING,
            f"The claim speaks of {column} {first_few(absent)}, and none of {rows.height:,} {judged.words} has it.",
            Figure("population_without_rows", float(len(absent)), None, len(parts), unit="parts", subgroup=column),
            (),
            "Add such patients, or take them out of the claim: nothing is shown for them.",
        )


def _prevalences(judged: _Judged, claim: Claim) -> Iterator[Finding]:
    finding, claimed = claim.claim.finding, claim.claim.prevalence
    cohort = judged.cohort
    label = LABEL_PREFIX + finding
    if claimed is None or label not in cohort.rows.columns:
        absent = "the claim names no prevalence" if claimed is None else f"the cohort has no column {label!r}"
        hint = did_you_mean(finding, cohort.findings)
        yield not_made(NAME, absent + hint.removesuffix("?"), "whether the finding is as common", "Add it.")
        return
    patient = patient_codes(cohort.rows)
    known = cohort.rows[label].is_not_null().to_numpy()
    asked = [(split, mask & known) for split, mask in splits_of(cohort) if (mask & known).any()]
    for split, mask in asked:
        bears = cohort.rows[label].fill_null(0).to_numpy()[mask] == 1
        strict = wilson_clustered(bears, patient[mask], 1 - 0.05 / len(asked))
        apart = strict.high < claimed[0] or strict.low > claimed[1]
        yield _prevalence((finding, split), bears, patient[mask], claimed, apart=apart)


def _prevalence(
    of: tuple[str, str],
    bears: NDArray[np.bool_],
    patient: NDArray[np.int64],
    claimed: tuple[float, float],
    *,
    apart: bool,
) -> Finding:
    """``of``: finding and split. ``apart``: beyond the claim, also after Bonferroni's correction for all splits."""
    finding, split = of
    interval = wilson_clustered(bears, patient)
    share, (low, high) = float(bears.mean()), claimed
    within = interval.low >= low and interval.high <= high
    verdict = "beyond" if apart else "within" if within else "not clearly within"
    richer = "richer in" if share > high else "poorer in"
    return Finding(
        NAME,
        Severity.WARNING if apart else Severity.NOTE,
        f"Prevalence of {finding} in {split}: {percent(share)} ({percent(interval.low)}-{percent(interval.high)}, "
        f"{counted(bears.size, 'row')}), {verdict} the claimed {percent(low)} to {percent(high)}.",
        Figure("prevalence", share, interval, bears.size, subgroup=split),
        (),
        f"These rows are {richer} {finding} than where the model will be used: read PPV and NPV at the claimed "
        "prevalence only, and ask whether the milder cases of use are here."
        if apart
        else "Nothing urgent.",
    )


def splits_of(cohort: Cohort) -> list[tuple[str, NDArray[np.bool_]]]:
    """The splits that have rows, in order, with their masks (rows,); ``all rows`` where the cohort is not split."""
    if "split" not in cohort.rows.columns:
        return [("all rows", np.ones(cohort.rows.height, dtype=bool))]
    split = cohort.rows["split"]
    masks = [(name, (split == name).fill_null(value=False).to_numpy()) for name in SPLITS]
    return [(name, mask) for name, mask in masks if mask.any()]


def _between_splits(cohort: Cohort) -> Iterator[Finding]:
    groups = splits_of(cohort)
    if len(groups) < 2:
        return
    among, patient = variables(cohort), patient_codes(cohort.rows)
    pairs = list(combinations(groups, 2))
    for (first, of_first), (second, of_second) in pairs:
        found = differences(among, of_first, of_second, patient, len(pairs))
        if found:
            yield _between(first, second, found, int(of_first.sum() + of_second.sum()))


def _between(first: str, second: str, found: list[Difference], n: int) -> Finding:
    apart = [one for one in found if one.loudness in {Loudness.LIKELY_BIAS, Loudness.WORTH_A_LOOK}]
    elsewhere = second == "external"  # another place may differ; train and test of one place should not
    loud = any(one.loudness is Loudness.LIKELY_BIAS for one in apart) and not elsewhere
    largest = next((one.found for one in found if isfinite(one.found.value)), None)
    told = first_few((one.told(first, second) for one in apart), 4)
    return Finding(
        NAME,
        Severity.WARNING if loud else Severity.NOTE,
        f"{first} and {second} differ in {told}."
        if apart
        else f"{first} and {second} are alike in {counted(len(found), 'variable')}: no |SMD| above 0.1 beyond chance.",
        Figure("largest_smd", largest.size, None, n, "sd", f"{first}/{second}") if largest else None,
        (),
        _advice(loud=loud, expected=elsewhere and bool(apart)),
    )


def _advice(*, loud: bool, expected: bool) -> str:
    if loud:
        return "Split by patient at random within strata, or say why these splits differ."
    return "Expected of another place; say so when the results are compared." if expected else "Nothing urgent."
