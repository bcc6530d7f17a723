"""The measurements table: one number that a model or a probe took of a study, with its name and unit."""

import polars as pl

from fiducial.files.columns import as_number, as_text, refuse_nulls, refuse_repeats, refuse_unknown, require_columns
from fiducial.files.tables import TableSource, read_table

COLUMNS = ("study", "name", "model", "value", "unit")
KEY = ("study", "name", "model")


def read_measurements(source: TableSource) -> pl.DataFrame:
    """Read and validate a measurements table; ``unit`` is "1" where the table has none.

    Raises:
        UnusableInput: an unknown or absent column, a repeated key, or a value that is no number; with its row.
    """
    table = read_table(source)
    require_columns(table, ["study", "name", "value"])
    refuse_unknown(table, COLUMNS, "A measurements table")
    rows, given = table.frame.height, table.frame.columns
    columns = [
        as_text(table, "study"),
        as_text(table, "name"),
        as_text(table, "model") if "model" in given else pl.Series("model", ["model"] * rows, dtype=pl.String),
        as_number(table, "value"),
        as_text(table, "unit") if "unit" in given else pl.Series("unit", ["1"] * rows, dtype=pl.String),
    ]
    checked = table.replace(pl.DataFrame(columns))
    for name in COLUMNS:
        refuse_nulls(checked, name)
    refuse_repeats(checked, list(KEY))
    return checked.frame
