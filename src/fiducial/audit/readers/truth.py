"""The truth of a reader study's cases: from a labels table (reader ``truth``) or from a cohort."""

import polars as pl

from fiducial.cohort.labels import TRUTH, read_labels
from fiducial.cohort.table import LABEL_PREFIX, read_cohort
from fiducial.errors import UnusableInput
from fiducial.files.names import did_you_mean
from fiducial.files.tables import Table, TableSource, read_table


def read_truth(source: TableSource, finding: str | None) -> tuple[pl.DataFrame, str]:
    """``study``, ``truth`` (0 or 1) and ``patient`` (a code) of every case with a truth; and the finding's name.

    Raises:
        UnusableInput: neither kind of table, several findings and none named, or nothing known of the one named.
    """
    table = read_table(source)
    if "reader" in table.frame.columns:
        return _of_labels(table, source, finding)
    if any(name.startswith(LABEL_PREFIX) for name in table.frame.columns):
        return _of_cohort(table, source, finding)
    raise UnusableInput(
        f"{table.name}: tells no truth. A labels table (study, finding, reader, label, with rows of reader 'truth') or "
        f"a cohort with a column 'label.<finding>' was expected; it has {', '.join(table.frame.columns)}."
    )


def _of_labels(table: Table, source: TableSource, finding: str | None) -> tuple[pl.DataFrame, str]:
    has_findings = "finding" in table.frame.columns
    labels = read_labels(source, finding=finding if has_findings else finding or "finding")
    chosen = _one_of(table, labels["finding"].unique().sort().to_list(), finding)
    rows = labels.filter((pl.col("finding") == chosen) & (pl.col("reader") == TRUTH)).drop_nulls("label")
    if rows.is_empty():
        raise UnusableInput(f"{table.name}: has no row of reader 'truth' for {chosen!r}. Name the reference so.")
    graded = rows.filter(~pl.col("label").is_in([0.0, 1.0]))
    if graded.height:
        raise UnusableInput(
            f"{table.name}: the truth of study {graded['study'][0]!r} is {graded['label'][0]:g}; it must be 0 or 1."
        )
    return _coded(rows.select("study", truth=pl.col("label").cast(pl.Int8), patient="study")), chosen


def _of_cohort(table: Table, source: TableSource, finding: str | None) -> tuple[pl.DataFrame, str]:
    rows = read_cohort(source).rows
    known = [name.removeprefix(LABEL_PREFIX) for name in rows.columns if name.startswith(LABEL_PREFIX)]
    chosen = _one_of(table, known, finding)
    patient = pl.col("patient").fill_null(pl.col("study")) if "patient" in rows.columns else pl.col("study")
    kept = rows.select("study", truth=pl.col(LABEL_PREFIX + chosen).cast(pl.Int8), patient=patient)
    return _coded(kept.drop_nulls("truth")), chosen


def _coded(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(patient=pl.col("patient").rank("dense").cast(pl.Int64))


def _one_of(table: Table, known: list[str], finding: str | None) -> str:
    if finding is None and len(known) == 1:
        return known[0]
    if finding is None:
        raise UnusableInput(f"{table.name}: has several findings ({', '.join(known)}). Name one (--finding).")
    if finding not in known:
        raise UnusableInput(
            f"{table.name}: knows nothing of {finding!r}.{did_you_mean(finding, known)} It has: {', '.join(known)}."
        )
    return finding
