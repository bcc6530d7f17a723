"""Laws of the comparison: nothing that is judged changes unseen, and nothing is seen that did not change."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fiducial as fd
from cohort.seals.making import cohort, lay
from fiducial.cohort.regions import validate_regions
from fiducial.cohort.seals.differences import differences
from fiducial.cohort.seals.frozen import Frozen, freeze
from fiducial.files.tables import Table

STUDIES, COLUMNS = st.integers(0, 11), st.sampled_from(["patient", "split", "sex", "label.x"])


@pytest.fixture(scope="module")
def then(tmp_path_factory: pytest.TempPathFactory) -> Frozen:
    claim = lay(tmp_path_factory.mktemp("sealed"))
    return freeze(claim, fd.read_claim(claim), fd.read_cohort(cohort()), {})


def with_cell(frozen: Frozen, row: int, column: str, value: str | None) -> Frozen:
    values = frozen.rows[column].to_list()
    values[row] = value
    return replace(frozen, rows=frozen.rows.with_columns(pl.Series(column, values, dtype=pl.String)))


@settings(max_examples=60, derandomize=True)
@given(row=STUDIES, column=COLUMNS, value=st.one_of(st.none(), st.sampled_from(["test", "train", "1", "0", "F", "p1"])))
def test_a_cell_that_changed_is_told_and_breaks_where_it_is_judged(
    then: Frozen, row: int, column: str, value: str | None
) -> None:
    now = with_cell(then, row, column, value)
    changed = value != then.rows[column][row]
    splits = {then.rows["split"][row], now.rows["split"][row]}
    found = differences(then, now)
    assert [one.studies for one in found] == ([(then.rows["study"][row],)] if changed else [])
    assert [one.breaks for one in found] == ([bool(splits & {"test", "external"})] if changed else [])


@settings(max_examples=30, derandomize=True)
@given(gone=st.sets(STUDIES, max_size=11), order=st.permutations(range(12)))
def test_studies_that_came_or_went_are_all_told_whatever_the_order(
    then: Frozen, gone: set[int], order: list[int]
) -> None:
    left = [row for row in order if row not in gone]
    less = replace(then, rows=then.rows[left])
    for one, other in ((then, less), (less, then)):
        told = {study for found in differences(one, other) for study in found.studies}
        assert told == set(then.rows["study"].gather(sorted(gone)))


def test_a_reference_box_that_moved_breaks_the_seal(tmp_path: Path) -> None:
    claim = lay(tmp_path)
    rows = fd.read_cohort(cohort())
    drawn = pl.DataFrame(
        {"study": ["s1"], "finding": ["x"], "box": [0], "x0": [1.0], "y0": [1.0], "x1": [5.0], "y1": [5.0]}
    )

    def with_boxes(boxes: pl.DataFrame) -> Frozen:
        regions = validate_regions(Table(boxes, "boxes", 1))
        return freeze(claim, fd.read_claim(claim), replace(rows, regions=regions), {})

    sealed = with_boxes(drawn)
    assert not differences(sealed, with_boxes(drawn))
    (found,) = differences(sealed, with_boxes(drawn.with_columns(x1=pl.lit(9.0))))
    assert found.breaks
    assert found.sentence == "the reference boxes table is another one than the sealed one"
