"""Split a cohort into train, tune, test and external, so that the test is as hard as the claim says it is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from fiducial.cohort.deal import deal, strata
from fiducial.cohort.places import held_out, held_out_days, stands_outside
from fiducial.cohort.recipe import INSIDE, PLACES, TIME, SplitRecipe
from fiducial.cohort.table import LABEL_PREFIX, SPLITS, Cohort, CohortSource, read_cohort
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.names import did_you_mean

_FEW_LABELS = 4


@dataclass(frozen=True, slots=True)
class SplitOutcome:
    """The cohort with its ``split`` and ``split_recipe``, what a reader must know about them, and how they came out.

    ``counts``: one row a split (and "left out", where rows are): ``split``, ``rows``, ``patients``, and a
    ``prevalence.<finding>`` for every label.
    """

    cohort: Cohort
    notes: tuple[str, ...]
    counts: pl.DataFrame


def split_cohort(cohort: CohortSource, recipe: SplitRecipe | None = None) -> SplitOutcome:
    """Give every row its split, in a column that replaces an earlier one; patients stay whole.

    Whole sites, scanners or periods become ``external`` where the recipe says so; of the patients that have a row
    there, rows elsewhere are left out (no split). The others are dealt at random within strata, or in order of their
    last date. The same cohort, recipe and seed give the same splits, whatever the order of the rows.

    Raises:
        UnusableInput: no patient, site, scanner or date where the recipe needs one, or nobody is left inside.
        WrongUsage: the recipe names a column or value that the cohort does not have.
    """
    given, recipe = read_cohort(cohort), recipe or SplitRecipe()
    keyed = given.rows.with_columns(_patient_keys(given.rows, recipe)).select("_patient", pl.exclude("_patient"))
    generator = np.random.default_rng(recipe.seed)
    stratify = _stratify(given, recipe)
    held = {place: held_out(given.rows, place, recipe, generator) for place in PLACES if place in recipe.by}
    if days := held_out_days(given.rows, recipe):
        held[TIME] = days
    placed = _place(keyed, held)
    inside = placed.filter(pl.col("split").is_null(), ~pl.col("_left_out"))
    if inside.is_empty():
        raise UnusableInput("every row is held out or left out, and nobody is left to train on. Hold out less.")
    ordered = TIME in recipe.by
    patients = _by_last_date(inside) if ordered else strata(inside, stratify, generator)
    dealt = deal(patients, recipe.fractions, in_order=ordered)
    rows = placed.join(dealt, on="_patient", how="left", maintain_order="left").with_columns(
        split=pl.when(pl.col("_left_out")).then(None).otherwise(pl.coalesce("split", "dealt"))
    )
    notes = tuple(_notes(given, rows, held, recipe, stratify))
    counts = _counts(rows, given.findings)
    columns = [name for name in given.rows.columns if name not in {"split", "split_recipe"}]
    written = rows.select(*columns, "split", split_recipe=pl.lit(recipe.text(() if ordered else stratify, held)))
    return SplitOutcome(replace(given, rows=written), notes, counts)


def _patient_keys(rows: pl.DataFrame, recipe: SplitRecipe) -> pl.Expr:
    own = pl.concat_str(pl.lit("study "), "study")
    if recipe.patient_is_study:
        return own.alias("_patient")
    if "patient" not in rows.columns or rows["patient"].null_count() == rows.height:
        raise UnusableInput(
            "the cohort has no patient column, so the same patient could stand in train and test. Add the patient of "
            "every study; or say that every row is a patient of its own (patient_is_study)."
        )
    return pl.coalesce(pl.concat_str(pl.lit("patient "), "patient"), own).alias("_patient")


def _stratify(cohort: Cohort, recipe: SplitRecipe) -> tuple[str, ...]:
    if recipe.stratify is None:
        labels = tuple(f"{LABEL_PREFIX}{name}" for name in cohort.findings)
        return labels if len(labels) <= _FEW_LABELS else ()
    for name in recipe.stratify:
        if name not in cohort.rows.columns:
            hint = did_you_mean(name, cohort.rows.columns)
            raise WrongUsage(f"cannot stratify by {name!r}: the cohort has no such column.{hint}")
    return recipe.stratify


def _place(rows: pl.DataFrame, held: dict[str, tuple[str, ...]]) -> pl.DataFrame:
    """Adds ``split`` (external or null) and ``_left_out``: place or date unknown, or a patient who has rows outside."""
    outside = pl.lit(value=False)
    unknown = pl.lit(value=False)
    for place, values in held.items():
        outside |= stands_outside(place, values).fill_null(value=False)
        unknown |= stands_outside(place, values).is_null()
    marked = rows.with_columns(_outside=outside, _unknown=unknown & ~outside)
    goes_out = pl.col("_outside").any().over("_patient")
    return marked.with_columns(
        split=pl.when(pl.col("_outside")).then(pl.lit("external")),
        _elsewhere=goes_out & ~pl.col("_outside"),
        _left_out=(goes_out & ~pl.col("_outside")) | pl.col("_unknown"),
    )


def _by_last_date(rows: pl.DataFrame) -> pl.DataFrame:
    """The patients, those whose last study is earliest first; those without any date are not among them."""
    if "acquired" not in rows.columns or rows["acquired"].null_count() == rows.height:
        raise UnusableInput("a split by time needs the column 'acquired' (a date). Add it, or split by patient.")
    last = rows.group_by("_patient").agg(pl.col("acquired").max()).drop_nulls()
    return last.sort("acquired", "_patient").select("_patient")


def _notes(
    cohort: Cohort, rows: pl.DataFrame, held: dict[str, tuple[str, ...]], recipe: SplitRecipe, stratify: tuple[str, ...]
) -> Iterator[str]:
    for place, values in held.items():
        yield f"External: {place} {', '.join(values)}{' and later' if place == TIME else ''}."
    nameless = 0 if recipe.patient_is_study else cohort.rows["patient"].null_count()
    if nameless:
        yield f"{nameless:,} rows name no patient; each counts as a patient of its own."
    for mark, why in (
        ("_elsewhere", f"left out: their patients have other rows at an external {' or '.join(held)}"),
        ("_unknown", f"left out: their {' or '.join(held)} is unknown, so they might belong outside"),
    ):
        number = int(rows[mark].sum())
        if number:
            yield f"{number:,} rows are {why}."
    undated = rows.filter(pl.col("split").is_null(), ~pl.col("_left_out")).height
    if undated:
        yield f"{undated:,} rows are left out: no study of their patients has a date."
    if recipe.stratify is None and not stratify and cohort.findings and TIME not in recipe.by:
        yield f"{len(cohort.findings)} labels are too many to stratify by; name those that matter in `stratify`."
    got = set(rows["split"])
    for name, share in zip(INSIDE, recipe.fractions, strict=True):
        if share and name not in got:
            yield f"No patient is left for {name}: the cohort has too few."


def _counts(rows: pl.DataFrame, findings: list[str]) -> pl.DataFrame:
    named = rows.with_columns(pl.col("split").fill_null("left out").cast(pl.Enum([*SPLITS, "left out"])))
    return (
        named.group_by("split")
        .agg(
            rows=pl.len(),
            patients=pl.col("_patient").n_unique(),
            **{f"prevalence.{name}": pl.col(f"{LABEL_PREFIX}{name}").mean() for name in findings},
        )
        .sort("split")
        .with_columns(pl.col("split").cast(pl.String))
    )
