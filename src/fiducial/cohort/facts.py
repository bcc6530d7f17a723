"""What the files say of the rows: one value a row of the cohort, from the files that belong to it."""

from collections.abc import Sequence

import polars as pl

from fiducial.cohort.table import Cohort

_FILES = "files"


def facts_by_row(cohort: Cohort, columns: Sequence[str]) -> pl.DataFrame:
    """The columns of the files table that it has, and ``files`` (how many), in the order of the cohort's rows.

    Several files of a row give the mean of a number and the first text in order; none gives null.
    """
    if cohort.files is None:
        return pl.DataFrame(height=cohort.rows.height)
    present = [name for name in columns if name in cohort.files.columns]
    means = [
        (pl.col(name).mean() if cohort.files.schema[name].is_numeric() else pl.col(name).min()).alias(name)
        for name in present
    ]
    grouped = (
        cohort.files.filter(pl.col("study").is_not_null())
        .group_by("study")
        .agg(pl.len().cast(pl.Float64).alias(_FILES), *means)
    )
    keyed = cohort.rows.select("study").join(grouped, on="study", how="left", maintain_order="left")
    return keyed.select(*present, _FILES)


def paths_by_row(cohort: Cohort, *, readable: bool = False) -> list[list[str]]:
    """The paths of every row: those of its files in order, or its own; ``readable`` leaves out files without pixels."""
    own = cohort.rows["path"].to_list() if "path" in cohort.rows.columns else [None] * cohort.rows.height
    if cohort.files is None:
        return [[] if path is None else [path] for path in own]
    files = cohort.files.filter(pl.col("study").is_not_null(), pl.col("path").is_not_null())
    if readable:
        files = files.filter(pl.col("reason").is_null())
    held = dict(files.group_by("study").agg(pl.col("path").sort()).iter_rows())
    alone = [[] if path is None or readable else [path] for path in own]
    return [held.get(study, single) for study, single in zip(cohort.rows["study"], alone, strict=True)]
