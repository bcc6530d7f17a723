"""The masks table, checked on entry."""

import polars as pl
import pytest

from fiducial.errors import UnusableInput
from fiducial.predictions.masks import read_masks


def test_a_region_may_stand_once_a_study() -> None:
    twice = pl.DataFrame({"study": ["a", "a"], "region": ["lungs", "lungs"], "path": ["1.nii", "2.nii"]})
    with pytest.raises(UnusableInput, match="repeats study='a', region='lungs'"):
        read_masks(twice)


def test_an_unknown_column_is_refused_with_those_that_are() -> None:
    with pytest.raises(UnusableInput, match="A masks table has: study, region, path"):
        read_masks(pl.DataFrame({"study": ["a"], "region": ["lungs"], "path": ["1.nii"], "organ": ["x"]}))
