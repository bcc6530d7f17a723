"""A cohort of images as one of volumes: a row a series, whose finding is there where any of its slices has it."""

from dataclasses import replace

import polars as pl

from fiducial.cohort.layouts.joining import merge
from fiducial.cohort.table import LABEL_PREFIX, Cohort
from fiducial.errors import UnusableInput

_ONE = ("patient", "split")  # what all slices of a series must agree on


def stack_cohort(cohort: Cohort) -> Cohort:
    """One row a series, ``study`` being the series' UID; its files are the slices, in whatever order they lie.

    A label is 1 where any slice has 1, 0 where all have 0, else null. Of other columns stays what all slices agree on;
    boxes belong to images and are left behind.

    Raises:
        UnusableInput: nothing says which images are slices of one series, or a series is of two patients or splits.
    """
    series = _series(cohort)
    rows = cohort.rows.join(series, on="study", how="left", maintain_order="left")
    if rows["series"].null_count():
        lost = rows.filter(pl.col("series").is_null())["study"]
        raise UnusableInput(
            f"{cohort.name}: {len(lost)} rows have no file that says its series, such as {lost[0]!r}. "
            "Volumes are made of DICOM slices, one a row: `fiducial cohort build --unit image`."
        )
    _refuse_divided(rows, cohort)
    labels = [f"{LABEL_PREFIX}{finding}" for finding in cohort.findings]
    there = [name for name in cohort.rows.columns if name not in (*labels, "study", "path")]
    plain, _ = merge(rows.select("series", *there), "series")
    any_slice = rows.group_by("series", maintain_order=True).agg(_any_of(name) for name in labels)
    stacked = plain.join(any_slice, on="series", how="left", maintain_order="left").rename({"series": "study"})
    return replace(cohort, rows=stacked, files=_files(cohort, series), regions=None, first_row=0)


def _series(cohort: Cohort) -> pl.DataFrame:
    """Row by row, the series of its file; none where it has files of several."""
    if cohort.files is None or "series" not in cohort.files.columns:
        raise UnusableInput(
            f"{cohort.name}: no table of files stands beside it, so nothing says which images are slices of one "
            "series. `fiducial cohort build --unit image` writes it."
        )
    known = cohort.files.filter(pl.col("study").is_not_null() & pl.col("series").is_not_null())
    told = known.group_by("study", maintain_order=True).agg("series")
    return told.filter(pl.col("series").list.n_unique() == 1).with_columns(pl.col("series").list.first())


def _any_of(label: str) -> pl.Expr:
    """1 where any slice has it, 0 where all are known not to."""
    value = pl.col(label)
    return pl.when(value.max() == 1).then(1).when(value.null_count() == 0).then(0).cast(pl.Int8).alias(label)


def _refuse_divided(rows: pl.DataFrame, cohort: Cohort) -> None:
    for column in (name for name in _ONE if name in rows.columns):
        several = rows.group_by("series", maintain_order=True).agg(pl.col(column).drop_nulls().unique().sort())
        wrong = several.filter(pl.col(column).list.len() > 1)
        if wrong.height:
            told = " and ".join(map(repr, wrong[column][0]))
            raise UnusableInput(
                f"{cohort.name}: the slices of {wrong.height} series have two values of {column}, such as {told} in "
                f"{wrong['series'][0]}. Slices of one scan belong together: `fiducial cohort split --by patient`."
            )


def _files(cohort: Cohort, series: pl.DataFrame) -> pl.DataFrame | None:
    if cohort.files is None:
        return None
    member = cohort.files.select("path", "study").join(series, on="study", how="inner")
    told = cohort.files.drop("study").join(member.select("path", study="series"), on="path", how="inner")
    return told.select(cohort.files.columns)
