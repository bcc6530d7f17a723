"""The features table: what a model makes of an image before its last layer, ``f0``, ``f1``, ... in one row a study."""

import re

import polars as pl

from fiducial.errors import UnusableInput
from fiducial.files.columns import as_number, as_text, refuse_nulls, refuse_repeats, require_columns
from fiducial.files.tables import TableSource, read_table
from fiducial.predictions.table import CLEAN

KEY = ("study", "model", "condition")
_FEATURE = re.compile(r"f\d+")


def read_features(source: TableSource) -> pl.DataFrame:
    """Read and validate a features table: ``study``, ``model``, ``condition``, then ``f0`` and so on as Float64.

    Raises:
        UnusableInput: no feature, another column, a repeated key, or a value that is no number; with its row.
    """
    table = read_table(source)
    require_columns(table, ["study"])
    named = [name for name in table.frame.columns if _FEATURE.fullmatch(name)]
    others = [name for name in table.frame.columns if name not in named and name not in KEY]
    if others or not named:
        told = f"unknown column {others[0]!r}" if others else "holds no feature"
        raise UnusableInput(f"{table.name}: {told}. A features table has {', '.join(KEY)} and f0, f1, ...")
    defaults = {"model": "model", "condition": CLEAN}
    keys = [
        as_text(table, name)
        if name in table.frame.columns
        else pl.Series(name, [defaults[name]] * table.frame.height, dtype=pl.String)
        for name in KEY
    ]
    checked = table.replace(pl.DataFrame([*keys, *(as_number(table, name) for name in named)]))
    for name in (*KEY, *named):
        refuse_nulls(checked, name)
    refuse_repeats(checked, list(KEY))
    return checked.frame
