"""The small grey copies that a cohort's files table carries, one a decision."""

from math import isqrt

import numpy as np
import polars as pl
from numpy.typing import NDArray

COLUMN = "thumbnail"


def thumbnails_of(study: pl.Series, files: pl.DataFrame | None) -> NDArray[np.uint8] | None:
    """The first thumbnail of every study, (n, side, side); black where a study has none.

    None where the files table has no column ``thumbnail`` of bytes, or they are not squares of one size.
    """
    if files is None or not {COLUMN, "study"} <= set(files.columns) or files[COLUMN].dtype != pl.Binary:
        return None
    known = files.select(pl.col("study").cast(pl.String), COLUMN).drop_nulls()
    first = known.unique("study", keep="first", maintain_order=True)
    found = pl.DataFrame({"study": study}).join(first, on="study", how="left", maintain_order="left")[COLUMN]
    sizes = found.bin.size().drop_nulls().unique().to_list()
    side = isqrt(sizes[0]) if len(sizes) == 1 else 0
    if not side or side * side != sizes[0]:
        return None
    black = bytes(side * side)
    return np.frombuffer(b"".join(found.fill_null(black).to_list()), dtype=np.uint8).reshape(-1, side, side)
