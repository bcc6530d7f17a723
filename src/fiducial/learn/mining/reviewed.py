"""A list of hard negatives as a reader left it: what was kept is trained on, what nobody looked at stops the run."""

from pathlib import Path

import polars as pl

from fiducial.cohort.table import LABEL_PREFIX
from fiducial.errors import UnusableInput
from fiducial.files.names import did_you_mean
from fiducial.files.tables import read_table
from fiducial.learn.rows import TrainingRows

KEEP, DROP = "keep", "drop"
DECISIONS = (KEEP, DROP)
_NEEDED = ("study", "finding", "decision")


def read_reviewed(path: Path, rows: TrainingRows) -> frozenset[str]:
    """The studies that a reviewer kept.

    Raises:
        UnusableInput: the table cannot be read or has no such columns; a row that nobody decided on, or of a study that
            is not among the training rows or has the finding.
    """
    table = read_table(path)
    if absent := [name for name in _NEEDED if name not in table.frame.columns]:
        raise UnusableInput(f"{path}: lacks the column {absent[0]!r}. Give the list that `fiducial learn mine` wrote.")
    frame = table.frame.with_columns(
        pl.col("decision").cast(pl.String).str.strip_chars().str.to_lowercase().fill_null(""),
        pl.col("study").cast(pl.String),
    )
    _require_decided(path, frame)
    kept = frame.filter(pl.col("decision") == KEEP)
    train = rows.only("train").cohort.rows
    known = {row["study"]: row for row in train.iter_rows(named=True)}
    for study, finding in kept.select("study", "finding").iter_rows():
        label = f"{LABEL_PREFIX}{finding}"
        if study not in known:
            raise UnusableInput(
                f"{path}: {study}: is no study of the training split.{did_you_mean(study, known)} Mine the cohort that "
                "is trained on."
            )
        if label not in train.columns:
            raise UnusableInput(f"{path}: {study}: the recipe has no finding {finding!r}.")
        if known[study][label] == 1:
            raise UnusableInput(f"{path}: {study}: has {finding} by now, so it is no negative. Mine again.")
    return frozenset(kept["study"])


def _require_decided(path: Path, frame: pl.DataFrame) -> None:
    strange = frame.filter(~pl.col("decision").is_in(["", *DECISIONS]))
    if strange.height:
        study, word = strange.select("study", "decision").row(0)
        raise UnusableInput(f"{path}: {study}: the decision is {word!r}; write {' or '.join(DECISIONS)}.")
    waiting = frame.filter(pl.col("decision") == "")
    if waiting.height:
        first = waiting["study"][0]
        raise UnusableInput(
            f"{path}: {waiting.height} of {frame.height} rows have no decision, the first is {first}. Look at the page "
            f"beside it and write {' or '.join(DECISIONS)} in each: a hard negative may be a missed finding."
        )
