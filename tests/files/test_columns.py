"""Values that do not fit their column are told with their row and number."""

import polars as pl
import pytest

from fiducial.errors import UnusableInput
from fiducial.files.columns import as_number
from fiducial.files.tables import Table


@pytest.mark.parametrize(("wrong", "told"), [(2, "1 more row is wrong"), (3, "2 more rows are wrong")])
def test_further_wrong_rows_are_counted(wrong: int, told: str) -> None:
    with pytest.raises(UnusableInput, match=told):
        as_number(Table(pl.DataFrame({"age": ["old"] * wrong}), "t.csv", 2), "age")
