"""The attributions table: how much of what a model looked at lies inside a named region of the image.

``study``, ``region`` (lungs, border, marker, device, lesion, ...), ``method`` (cam, occlusion, rise) and ``energy``
(0-1: the share of the saliency inside the region) are needed; ``area`` (0-1: the share of the image that the region
covers, without which no energy can be judged), ``finding``, ``model`` and ``condition`` may be there; nothing else.
"""

import polars as pl

from fiducial.files.columns import as_number, as_text, refuse_nulls, refuse_repeats, refuse_unknown, require_columns
from fiducial.files.tables import Table, TableSource, read_table
from fiducial.predictions.table import CLEAN

COLUMNS = ("study", "finding", "model", "condition", "region", "method", "energy", "area")
KEY = ("study", "finding", "model", "condition", "region", "method")


def read_attributions(source: TableSource, *, finding: str | None = None) -> pl.DataFrame:
    """Read and validate an attributions table; every column of COLUMNS is there afterwards.

    Raises:
        UnusableInput: an unknown column, a repeated key, or a share outside 0-1; with its row.
    """
    table = read_table(source)
    require_columns(table, ["study", "region", "method", "energy"])
    refuse_unknown(table, COLUMNS, "An attributions table")
    checked = table.replace(pl.DataFrame([_column(table, name, finding) for name in COLUMNS]))
    for name in KEY:
        refuse_nulls(checked, name)
    refuse_nulls(checked, "energy")
    refuse_repeats(checked, list(KEY))
    return checked.frame


def _column(table: Table, name: str, finding: str | None) -> pl.Series:
    defaults = {"finding": finding, "model": "model", "condition": CLEAN, "area": None}
    if name not in table.frame.columns:
        kind = pl.Float64 if name == "area" else pl.String
        return pl.Series(name, [defaults[name]] * table.frame.height, dtype=kind)
    return as_number(table, name, low=0.0, high=1.0) if name in {"energy", "area"} else as_text(table, name)
