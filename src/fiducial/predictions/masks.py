"""The masks table: the file of a marked region of a study, an image or a volume that is not 0 inside."""

import polars as pl

from fiducial.files.columns import as_text, refuse_nulls, refuse_repeats, refuse_unknown, require_columns
from fiducial.files.tables import TableSource, read_table

COLUMNS = ("study", "region", "path")


def read_masks(source: TableSource) -> pl.DataFrame:
    """Read and validate a masks table; a ``path`` is relative to the folder of the table.

    Raises:
        UnusableInput: an unknown or absent column, an empty value, or a region that a study has twice; with its row.
    """
    table = read_table(source)
    require_columns(table, COLUMNS)
    refuse_unknown(table, COLUMNS, "A masks table")
    checked = table.replace(pl.DataFrame([as_text(table, name) for name in COLUMNS]))
    for name in COLUMNS:
        refuse_nulls(checked, name)
    refuse_repeats(checked, ["study", "region"])
    return checked.frame
