"""Comments that readers wrote into ``decisions.csv``: a later audit into the same folder keeps every one."""

from pathlib import Path

import polars as pl

from fiducial.errors import UnusableInput
from fiducial.files.tables import read_table

COLUMN = "comment"
WITHOUT_STUDY = "comments-without-study.csv"  # of studies that the audit no longer holds


def kept_comments(folder: Path) -> pl.DataFrame:
    """``study`` and ``comment`` of every comment in the folder's tables, those set aside before included.

    Raises:
        UnusableInput: a table that is there cannot be read, so what stands in it would be lost.
    """
    found = [_comments_of(folder / name) for name in ("decisions.csv", WITHOUT_STUDY)]
    return pl.concat(found).unique("study", keep="first", maintain_order=True)


def with_comments(decisions: pl.DataFrame, comments: pl.DataFrame) -> pl.DataFrame:
    """The decisions with the comments on their studies."""
    known = comments.rename({COLUMN: "_kept"})
    joined = decisions.join(known, "study", "left", maintain_order="left")
    return joined.with_columns(pl.col("_kept").alias(COLUMN)).drop("_kept")


def without_study(decisions: pl.DataFrame, comments: pl.DataFrame) -> pl.DataFrame:
    """The comments on studies that the decisions do not hold."""
    return comments.join(decisions, "study", "anti", maintain_order="left")


def _comments_of(path: Path) -> pl.DataFrame:
    nothing = pl.DataFrame(schema={"study": pl.String, COLUMN: pl.String})
    if not path.exists():
        return nothing
    try:
        table = read_table(path, nulls=[""])
    except UnusableInput as wrong:
        raise UnusableInput(
            f"{wrong} It may hold readers' comments, which would be lost: mend it or move it away."
        ) from wrong
    if not {"study", COLUMN} <= set(table.frame.columns):
        return nothing
    return table.frame.select("study", COLUMN).drop_nulls()
