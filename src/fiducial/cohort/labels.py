"""The labels table: what each reader said of a study, how sure they were, and how much the finding matters.

``study``, ``finding``, ``reader``, ``label`` are needed; reader ``truth`` is the reference. ``certainty`` (0-1) and
``significance`` (a weight of 0 or more; 1 is ordinary, a healed fracture may count 0.2) may be there; nothing else.
"""

import polars as pl

from fiducial.files.columns import as_number, as_text, refuse_nulls, refuse_repeats, refuse_unknown, require_columns
from fiducial.files.tables import Table, TableSource, read_table

COLUMNS = ("study", "finding", "reader", "label", "certainty", "significance")
KEY = ("study", "finding", "reader")
TRUTH = "truth"  # the reader that is the reference


def read_labels(source: TableSource, *, finding: str | None = None) -> pl.DataFrame:
    """Read and validate a labels table; all of COLUMNS are there afterwards, null where nobody said anything.

    ``label`` is a number: 0 or 1 for a finding that is there or not, a grade where readers grade. ``finding`` names
    the finding of a table that has no such column.

    Raises:
        UnusableInput: an unknown or absent column, a repeated key, a certainty outside 0-1 or a negative significance.
    """
    table = read_table(source)
    require_columns(table, ["study", "reader", "label"])
    refuse_unknown(table, COLUMNS, "A labels table")
    checked = table.replace(_typed(table, finding))
    for name in KEY:
        refuse_nulls(checked, name)
    refuse_repeats(checked, list(KEY))
    return checked.frame


def _typed(table: Table, finding: str | None) -> pl.DataFrame:
    if finding is None:
        require_columns(table, ["finding"], "Say which finding is meant (--finding), or add the column.")
    given, rows = table.frame.columns, table.frame.height
    named = as_text(table, "finding") if "finding" in given else pl.Series("finding", [finding] * rows, dtype=pl.String)
    nothing = [None] * rows
    return pl.DataFrame(
        [
            as_text(table, "study"),
            named,
            as_text(table, "reader"),
            as_number(table, "label"),
            as_number(table, "certainty", low=0.0, high=1.0)
            if "certainty" in given
            else pl.Series("certainty", nothing, dtype=pl.Float64),
            as_number(table, "significance", low=0.0)
            if "significance" in given
            else pl.Series("significance", nothing, dtype=pl.Float64),
        ]
    )
