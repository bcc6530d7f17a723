"""What a table says of every decision without its image: each column as numbers or as a few categories.

Left out: keys, paths, splits, labels, and what came from the model.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.cohort.table import LABEL_PREFIX

NOT_METADATA = ("study", "patient", "path", "split", "split_recipe", "score", "abstained", "reason", "seconds")
MISSING = "missing"
RARER = "one of the rarer values"
_MOSTLY_NUMBERS = 0.95  # of the written values
_RARE = 5  # rows; a value that is seldomer tells a patient, not a kind of patient
_CATEGORIES = 50  # of one column; the boosted trees take 255


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column, (n,). A number is NaN where missing; a category is an index into ``values``, missing included."""

    name: str
    content: NDArray[np.float64]
    values: tuple[str, ...] = ()  # of a category; empty for a number
    is_date: bool = False  # a number that counts days since 1970

    @property
    def is_category(self) -> bool:
        """Whether ``content`` are indices into ``values``."""
        return bool(self.values)

    def in_words(self, number: float) -> str:
        """A number of this column as a reader writes it."""
        if self.is_date:
            return (dt.date(1970, 1, 1) + dt.timedelta(days=number)).isoformat()
        return f"{number:.4g}"


def metadata(columns: pl.DataFrame) -> tuple[Column, ...]:
    """Every column that varies and that patients can share, in the order of the table.

    Numbers stay as they are, also where they are written as text; text keeps its 50 commonest values of 5 rows or
    more, and a missing value is a value of its own.
    """
    found = (
        _column(columns[name])
        for name, kind in columns.schema.items()
        if name not in NOT_METADATA
        and not name.startswith(LABEL_PREFIX)
        and not (kind.is_nested() or kind == pl.Binary)
    )
    return tuple(column for column in found if column is not None)


def _column(values: pl.Series) -> Column | None:
    is_date = values.dtype in {pl.Date, pl.Datetime}
    numbers = _numbers(values.cast(pl.Date).to_physical() if is_date else values)
    if numbers is None:
        return _category(values)
    known = numbers[~np.isnan(numbers)]
    varies = known.size and (np.ptp(known) > 0 or known.size < numbers.size)
    return Column(values.name, numbers, is_date=is_date) if varies else None


def _numbers(values: pl.Series) -> NDArray[np.float64] | None:
    """The column as floats; None where it is mostly something else."""
    if values.dtype == pl.Boolean or values.dtype.is_temporal():
        return None
    cast = values.cast(pl.Float64, strict=False)
    cast = cast.set(~cast.is_finite().fill_null(value=True), None)
    written = values.len() - values.null_count()
    if not written or cast.len() - cast.null_count() < _MOSTLY_NUMBERS * written:
        return None
    return cast.fill_null(np.nan).to_numpy().astype(np.float64)


def _category(values: pl.Series) -> Column | None:
    text = values.cast(pl.String).alias("value")
    counts = text.drop_nulls().value_counts().filter(pl.col("count") >= _RARE)
    kept = sorted(counts.sort(["count", "value"], descending=[True, False])["value"].head(_CATEGORIES).to_list())
    names = (*kept, RARER, MISSING)
    code = text.replace_strict(kept, list(range(len(kept))), default=len(kept), return_dtype=pl.Int64) if kept else None
    if code is None:
        return None
    content = np.where(text.is_null().to_numpy(), len(kept) + 1, code.to_numpy()).astype(np.float64)
    return Column(values.name, content, names) if np.ptp(content) > 0 else None
