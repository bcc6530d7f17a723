"""The predictions table: one score for each study, finding, model and condition.

``study``, ``score`` (0-1; empty exactly where ``reason`` says why there is none) are needed. ``finding``, ``model``,
``condition`` (default ``clean``), ``image``, ``abstained``, ``reason`` and ``seconds`` may be there; nothing else.
"""

import polars as pl

from fiducial.errors import UnusableInput
from fiducial.files.columns import (
    as_label,
    as_number,
    as_text,
    refuse_nulls,
    refuse_repeats,
    refuse_unknown,
    require_columns,
)
from fiducial.files.names import did_you_mean
from fiducial.files.tables import Table, TableSource, read_table

COLUMNS = ("study", "image", "finding", "model", "condition", "score", "abstained", "reason", "seconds")
KEY = ("study", "image", "finding", "model", "condition")
CLEAN = "clean"


def read_predictions(source: TableSource | Table, *, finding: str | None = None) -> pl.DataFrame:
    """Read and validate a predictions table; every column of COLUMNS but ``image`` is there afterwards.

    ``finding`` names the finding of a table that has no such column.

    Raises:
        UnusableInput: an unknown column, a repeated key, a score outside 0-1, or one missing without a reason.
    """
    table = source if isinstance(source, Table) else read_table(source)
    require_columns(table, ["study", "score"])
    refuse_unknown(table, COLUMNS, "A predictions table")
    if "finding" not in table.frame.columns and finding is None:
        raise UnusableInput(f"{table.name}: has no column 'finding', and nothing else says which finding is meant.")
    checked = table.replace(_typed(table, finding))
    for name in ("study", "finding", "model", "condition"):
        refuse_nulls(checked, name)
    refuse_repeats(checked, [name for name in KEY if name in checked.frame.columns])
    _refuse_silent_gaps(checked)
    return checked.frame


def select(predictions: pl.DataFrame, *, finding: str, model: str | None, where: str) -> pl.DataFrame:
    """The rows of one finding and one model, under every condition.

    Raises:
        UnusableInput: the finding or model does not occur, or several models do and none was named.
    """
    of_finding = predictions.filter(pl.col("finding") == finding)
    known = predictions["finding"].unique().sort().to_list()
    if of_finding.is_empty():
        raise UnusableInput(
            f"{where}: holds no prediction of {finding!r}.{did_you_mean(finding, known)} It holds: {', '.join(known)}."
        )
    models = of_finding["model"].unique().sort().to_list()
    if model is None and len(models) > 1:
        raise UnusableInput(f"{where}: holds several models ({', '.join(models)}). Say evidence.model in the claim.")
    if model is not None and model not in models:
        raise UnusableInput(f"{where}: holds no model {model!r}; it holds: {', '.join(models)}.")
    return of_finding.filter(pl.col("model") == (model or models[0]))


def only_clean(predictions: pl.DataFrame, *, where: str) -> pl.DataFrame:
    """The rows without a stress.

    Raises:
        UnusableInput: there are none.
    """
    clean = predictions.filter(pl.col("condition") == CLEAN)
    if clean.is_empty():
        conditions = ", ".join(predictions["condition"].unique().sort())
        raise UnusableInput(f"{where}: holds no clean prediction; its conditions are: {conditions}.")
    return clean


def _typed(table: Table, finding: str | None) -> pl.DataFrame:
    given = set(table.frame.columns)
    rows = table.frame.height
    columns = [as_text(table, name) for name in ("study", "image") if name in given]
    for name, default in (("finding", finding), ("model", "model"), ("condition", CLEAN)):
        columns.append(as_text(table, name) if name in given else pl.Series(name, [default] * rows, dtype=pl.String))
    columns.append(as_number(table, "score", low=0.0, high=1.0))
    abstained = as_label(table, "abstained") if "abstained" in given else pl.Series("abstained", [0] * rows)
    columns.append(abstained.fill_null(0).cast(pl.Boolean))
    columns.append(
        as_text(table, "reason").replace("", None) if "reason" in given else _empty("reason", pl.String, rows)
    )
    columns.append(as_number(table, "seconds", low=0.0) if "seconds" in given else _empty("seconds", pl.Float64, rows))
    return pl.DataFrame(columns)


def _empty(name: str, dtype: type[pl.DataType], rows: int) -> pl.Series:
    return pl.Series(name, [None] * rows, dtype=dtype)


def _refuse_silent_gaps(table: Table) -> None:
    frame = table.frame
    silent = frame["score"].is_null() & frame["reason"].is_null()
    if silent.any():
        raise UnusableInput(
            f"{table.row(int(silent.arg_max() or 0))}: score is empty and no reason says why "
            f"({int(silent.sum())} such rows). Give the score, or the column 'reason' (for example 'file unreadable')."
        )
    doubled = frame["score"].is_not_null() & frame["reason"].is_not_null() & ~frame["abstained"]
    if doubled.any():
        raise UnusableInput(
            f"{table.row(int(doubled.arg_max() or 0))}: has a score and a reason for having none "
            f"({int(doubled.sum())} such rows). Empty one of them, or set abstained to 1."
        )
