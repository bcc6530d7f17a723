"""The readings table: what each reader made of a study in each arm of a reader study, and how long it took.

``study``, ``reader`` and at least one of ``rating`` (any ordered scale) and ``decision`` (0 or 1) are needed.
``finding``, ``arm`` and ``seconds`` may be there; nothing else.
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
from fiducial.files.tables import Table, TableSource, read_table

COLUMNS = ("study", "finding", "reader", "arm", "rating", "decision", "seconds")
KEY = ("study", "finding", "reader", "arm")
ONLY_ARM = "all"  # of a table that has no arms


def read_readings(source: TableSource, *, finding: str | None = None) -> pl.DataFrame:
    """Read and validate a readings table; all of COLUMNS are there afterwards, null where nothing was noted.

    ``rating`` is a number, higher for more certainly ill; ``seconds`` is the time of that reading. ``finding`` names
    the finding of a table that has no such column.

    Raises:
        UnusableInput: an unknown or absent column, a repeated key, negative seconds, or a row that says nothing.
    """
    table = read_table(source)
    require_columns(table, ["study", "reader"])
    refuse_unknown(table, COLUMNS, "A readings table")
    if not {"rating", "decision"} & set(table.frame.columns):
        raise UnusableInput(f"{table.name}: has neither 'rating' nor 'decision', so no reading says anything.")
    checked = table.replace(_typed(table, finding))
    for name in KEY:
        refuse_nulls(checked, name)
    refuse_repeats(checked, list(KEY))
    _refuse_silence(checked)
    return checked.frame


def _refuse_silence(table: Table) -> None:
    silent = table.frame["rating"].is_null() & table.frame["decision"].is_null()
    if silent.any():
        raise UnusableInput(
            f"{table.row(int(silent.arg_max() or 0))}: has neither rating nor decision ({int(silent.sum())} such "
            "rows). Fill one in or remove the row."
        )


def _typed(table: Table, finding: str | None) -> pl.DataFrame:
    if finding is None:
        require_columns(table, ["finding"])
    given, rows = table.frame.columns, table.frame.height

    def text(name: str, default: str | None) -> pl.Series:
        return as_text(table, name) if name in given else pl.Series(name, [default] * rows, dtype=pl.String)

    def nothing(name: str, dtype: type[pl.DataType]) -> pl.Series:
        return pl.Series(name, [None] * rows, dtype=dtype)

    return pl.DataFrame(
        [
            as_text(table, "study"),
            text("finding", finding),
            as_text(table, "reader"),
            text("arm", ONLY_ARM),
            as_number(table, "rating") if "rating" in given else nothing("rating", pl.Float64),
            as_label(table, "decision") if "decision" in given else nothing("decision", pl.Int8),
            as_number(table, "seconds", low=0.0) if "seconds" in given else nothing("seconds", pl.Float64),
        ]
    )
