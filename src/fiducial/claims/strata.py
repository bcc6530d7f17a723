"""Subgroups as a claim writes them: ``sex``, ``age:0-40-60-120`` for bands of a number, dates by their year."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl


@dataclass(frozen=True, slots=True)
class Stratum:
    """A column, and the edges of its bands where it is a number."""

    column: str
    edges: tuple[float, ...] = ()

    def labels(self, values: pl.Series) -> pl.Series:
        """The subgroup of every row, as ``sex=F`` or ``age=40-60``; null where the value is missing or out of range.

        A band takes its lower edge in and leaves its upper edge out; the last band takes both.
        """
        if values.dtype == pl.Date:
            values = values.dt.year()
        if not self.edges:
            return (f"{self.column}=" + values.cast(pl.String)).alias(self.column)
        numbers = values.cast(pl.Float64, strict=False).to_numpy()
        band = np.searchsorted(self.edges, numbers, side="right") - 1
        band[numbers == self.edges[-1]] -= 1
        names = [f"{self.column}={low:g}-{high:g}" for low, high in pairwise(self.edges)]
        inside = (band >= 0) & (band < len(names)) & ~np.isnan(numbers)
        named = pl.Series(names, dtype=pl.String).gather(np.where(inside, band, 0))
        return named.set(pl.Series(~inside), None).alias(self.column)


def parse_stratum(text: str) -> Stratum:
    """Parse ``column`` or ``column:edge-edge-edge``.

    Raises:
        ValueError: no column, or edges that are not ascending numbers.
    """
    column, _, bands = text.partition(":")
    if not column:
        raise ValueError(f"a stratum is a column or 'column:0-40-60', got {text!r}")
    if not bands:
        return Stratum(column)
    try:
        edges = tuple(float(edge) for edge in bands.split("-"))
    except ValueError:
        edges = ()
    if len(edges) < 2 or any(low >= high for low, high in pairwise(edges)):
        raise ValueError(f"the bands of {text!r} must be ascending numbers like '{column}:0-40-60-120'")
    return Stratum(column, edges)
