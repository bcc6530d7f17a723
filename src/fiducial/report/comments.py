"""Comments that readers wrote into ``decisions.csv``: a later audit into the same folder keeps every one."""

from pathlib import Path

import polars as pl

from fiducial.errors import UnusableInput
from fiducial.files.tables import read_table

COLUMN = "comment"
WITHOUT_STUDY = "comments-without-study.csv"  # of studies that the audit no longer holds


def kept_comments(folder: Path) -> pl.DataFrame:
    """``study`` and ``comment`` of every comment in the folder's tables, those set aside before included.

    Different comments on one study stand in one cell, with a slash between.

    Raises:
        UnusableInput: a table that is there cannot be read, or a comment in it names no study and would be lost.
    """
    found = [_comments_of(folder / name) for name in ("decisions.csv", WITHOUT_STUDY)]
    told = pl.concat(found).unique(maintain_order=True)
    return told.group_by("study", maintain_order=True).agg(pl.col(COLUMN).str.join(" / "))


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
    _refuse_renamed(path, table.frame.columns)
    if COLUMN not in table.frame.columns:
        return nothing
    said = table.frame.select("study", COLUMN).filter(pl.col(COLUMN).str.strip_chars() != "")
    if said["study"].null_count():
        first = said.filter(pl.col("study").is_null())[COLUMN][0]
        raise UnusableInput(
            f"{path}: the comment {first!r} stands in a row without a study and would be lost. Write the study there."
        )
    return said


def _refuse_renamed(path: Path, columns: list[str]) -> None:
    """A spreadsheet may write a heading otherwise; its column would be overwritten unread."""
    for needed in ("study", COLUMN):
        other = [name for name in columns if name.strip().casefold() == needed and name != needed]
        if needed not in columns and (other or needed == "study"):
            told = f" but {other[0]!r}" if other else ""
            raise UnusableInput(
                f"{path}: has no column {needed!r}{told}, so readers' comments in it would be lost. "
                f"Call it {needed!r} again, or move the table away."
            )
