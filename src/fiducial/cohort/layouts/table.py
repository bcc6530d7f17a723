"""Layout: a table alone (CSV or Parquet), without images."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from fiducial.cohort.layouts.ages import in_years
from fiducial.cohort.layouts.contract import Listing, Source
from fiducial.cohort.layouts.joining import label_hints, rename
from fiducial.errors import WrongUsage
from fiducial.files.tables import read_table

_UNNAMED = (
    "no column 'study': each row was taken as a decision of its own and called row-000001, row-000002, ... "
    "(say --column study=<column> to name them)"
)


@dataclass(frozen=True, slots=True)
class Table:
    """One row a decision, as it stands in the file."""

    name: ClassVar[str] = "table"
    says: ClassVar[str] = "one CSV or Parquet file, no images"

    def recognises(self, source: Source) -> bool:
        """Any file: what is no table is told so when it is read."""
        return source.path.is_file()

    def list(self, source: Source) -> Listing:
        """Read the table.

        Raises:
            UnusableInput: the file is no table, or a mapped column is not in it.
            WrongUsage: a second table was given.
        """
        if source.table is not None:
            raise WrongUsage(f"{source.path} is a table already; --table joins a table to a folder of images.")
        rows = in_years(rename(read_table(source.path), source.columns))
        notes = label_hints(rows.frame)
        if "study" not in rows.frame.columns:
            keys = pl.Series("study", [f"row-{number:06d}" for number in range(1, rows.frame.height + 1)])
            rows = rows.replace(rows.frame.insert_column(0, keys))
            notes = (_UNNAMED, *notes)
        return Listing(rows, None, Path(source.path).parent, notes)
