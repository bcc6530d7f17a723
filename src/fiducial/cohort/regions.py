"""The regions table: one row a box, in pixels of the upright image; model ``truth`` holds what readers drew.

Pixel i covers i to i + 1, so that a box over a whole image is (0, 0, columns, rows). Boxes of volumes have ``z0`` and
``z1`` as well, and ``slices``, the depth that they are counted in.
"""

from pathlib import Path

import polars as pl

from fiducial.errors import UnusableInput
from fiducial.files.columns import as_number, as_text, refuse_nulls, refuse_repeats, require_columns
from fiducial.files.tables import Table

TRUTH = "truth"
CLEAN = "clean"
KEY = ("study", "finding", "model", "condition", "box")
CORNERS = ("x0", "y0", "x1", "y1")
DEPTH = ("z0", "z1")

REGIONS_SCHEMA: dict[str, type[pl.DataType]] = {
    "study": pl.String,
    "finding": pl.String,
    "model": pl.String,  # "truth" is the reference
    "condition": pl.String,
    "box": pl.Int64,  # counts the boxes of one study, finding, model and condition from 0
    "x0": pl.Float64,
    "y0": pl.Float64,
    "x1": pl.Float64,
    "y1": pl.Float64,
    "rows": pl.Int64,  # of the image that the corners are counted in; null where nobody knows
    "columns": pl.Int64,
    "score": pl.Float64,  # 0 to 1; null for a reference
    "reader": pl.String,  # who drew it; null where the data set names nobody
}
_DEFAULTS: dict[str, str | None] = {
    "model": TRUTH, "condition": CLEAN, "rows": None, "columns": None, "score": None, "reader": None
}  # fmt: skip


def regions_path(path: Path) -> Path:
    """``cohort.parquet`` has its boxes in ``cohort.regions.parquet``."""
    return path.with_name(f"{path.stem}.regions.parquet")


def validate_regions(table: Table) -> pl.DataFrame:
    """Give every column its type and check that each box has an area and lies inside its image.

    Raises:
        UnusableInput: a column that is needed is absent, a key repeats, or a value does not fit; with its row.
    """
    require_columns(table, [name for name in REGIONS_SCHEMA if name not in _DEFAULTS])
    absent = {name: value for name, value in _DEFAULTS.items() if name not in table.frame.columns}
    full = table.replace(table.frame.with_columns(**{name: pl.lit(value) for name, value in absent.items()}))
    others = [name for name in full.frame.columns if name not in REGIONS_SCHEMA]
    in_depth = set(DEPTH) & set(others)
    if in_depth:
        require_columns(full, DEPTH)
    numbers = {*DEPTH, "slices"} if in_depth else set()
    beside = (as_number(full, name) if name in numbers else full.frame[name] for name in others)
    typed = full.replace(pl.DataFrame([*(_typed(full, name) for name in REGIONS_SCHEMA), *beside]))
    for name in (*KEY, *CORNERS, *(DEPTH if in_depth else ())):
        refuse_nulls(typed, name)
    refuse_repeats(typed, list(KEY))
    _refuse_misplaced(typed)
    if in_depth:
        _refuse_misplaced_in_depth(typed)
    return typed.frame


def _typed(table: Table, name: str) -> pl.Series:
    kind = REGIONS_SCHEMA[name]
    if kind == pl.String:
        return as_text(table, name)
    low = None if name in CORNERS else 0.0
    high = 1.0 if name == "score" else None
    return as_number(table, name, low=low, high=high).cast(kind, strict=False)


def _refuse_misplaced(table: Table) -> None:
    x0, y0, x1, y1 = (pl.col(name) for name in CORNERS)
    inside = (x0 >= 0) & (y0 >= 0) & (x1 <= pl.coalesce("columns", "x1")) & (y1 <= pl.coalesce("rows", "y1"))
    wrong = table.frame.select(~((x0 < x1) & (y0 < y1) & inside)).to_series()
    if not wrong.any():
        return
    index = int(wrong.arg_max() or 0)
    row = table.frame.row(index, named=True)
    raise UnusableInput(
        f"{table.row(index)}: the box {tuple(row[name] for name in CORNERS)} of study {row['study']!r} has no area or "
        f"leaves its image of {row['rows']} rows and {row['columns']} columns ({int(wrong.sum())} boxes do). Expected "
        "0 <= x0 < x1 <= columns and 0 <= y0 < y1 <= rows: correct it or remove the row."
    )


def _refuse_misplaced_in_depth(table: Table) -> None:
    deepest = "slices" if "slices" in table.frame.columns else "z1"
    inside = (pl.col("z0") >= 0) & (pl.col("z1") <= pl.coalesce(deepest, "z1"))
    wrong = table.frame.select(~((pl.col("z0") < pl.col("z1")) & inside)).to_series()
    if wrong.any():
        index = int(wrong.arg_max() or 0)
        row = table.frame.row(index, named=True)
        raise UnusableInput(
            f"{table.row(index)}: the box from z {row['z0']:g} to {row['z1']:g} of study {row['study']!r} has no depth "
            f"or leaves its volume ({int(wrong.sum())} boxes do). Expected 0 <= z0 < z1 <= slices: correct it or "
            "remove the row."
        )
