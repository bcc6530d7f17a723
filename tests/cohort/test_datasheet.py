"""A cohort in numbers: counts by group, what is missing, and what the files say."""

import polars as pl
import pytest

from fiducial.cohort.datasheet import GROUPS, Dataset, Group, dataset_of
from fiducial.cohort.table import FILES_SCHEMA, Cohort, read_cohort

ROWS = pl.DataFrame(
    {
        "study": ["a", "b", "c", "d", "e"],
        "patient": ["p", "p", "q", None, "r"],
        "split": ["train", "train", "test", "test", None],
        "sex": ["F", "F", "M", None, "M"],
        "age": [17.0, 18.0, 39.9, None, 80.0],
        "acquired": ["2020-02-01", "2020-01-01", None, None, "2021-12-31"],
        "label.x": [1, 0, 1, None, 0],
    }
)


def told(rows: pl.DataFrame = ROWS, *strata: str) -> Dataset:
    return dataset_of(read_cohort(rows), "x", strata)


def test_rows_patients_labels_and_dates_are_counted() -> None:
    found = told()
    assert (found.rows, found.patients, found.labels, found.dates) == (
        5,
        3,
        (("x", 4, 2),),
        ("2020-01-01", "2021-12-31"),
    )


def test_groups_count_rows_patients_labels_and_positives_and_no_value_comes_last() -> None:
    assert told().by("sex") == (Group("F", 2, 1, 2, 1), Group("M", 2, 2, 2, 1), Group("no value", 1, 0, 0, 0))


def test_ages_fall_into_the_bands_of_the_claim_or_into_ours() -> None:
    assert [group.value for group in told().by("age")] == ["0-18", "18-40", "80-120", "no value"]
    assert [group.value for group in told(ROWS, "age:0-50-120").by("age")] == ["0-50", "50-120", "no value"]


def test_a_cohort_without_patients_or_splits_says_none() -> None:
    found = told(ROWS.select("study", "label.x"))
    assert (found.patients, found.splits, found.by("sex"), found.pictures) == (None, (), (), None)


def test_what_is_missing_is_counted_by_column() -> None:
    assert dict(told().missing)["age"] == 1
    assert dict(told().missing)["acquired"] == 2


def test_what_headers_say_of_their_deidentification_is_counted() -> None:
    rows = ROWS.with_columns(pl.Series("tag.DeidentificationMethod", ["Basic"] * 3 + [None] * 2))
    assert told(rows).deidentified == (("DeidentificationMethod: Basic", 3),)
    assert told().deidentified == ()


def test_splits_stand_in_their_own_order() -> None:
    assert [group.value for group in told().splits] == ["train", "test", "no value"]


def test_many_values_are_counted_together_beyond_the_largest() -> None:
    rows = pl.DataFrame(
        {"study": [f"s{i}" for i in range(40)], "site": [f"h{i}" for i in range(40)], "label.x": [1] * 40}
    )
    groups = told(rows).by("site")
    assert len(groups) == GROUPS + 1
    assert groups[-1].value == "28 other values"
    assert sum(group.rows for group in groups) == 40


def test_a_claims_own_stratum_is_counted_too() -> None:
    assert [group.value for group in told(ROWS.with_columns(view=pl.lit("PA")), "view").by("view")] == ["PA"]


def test_files_tell_formats_sizes_text_and_headers_that_identify() -> None:
    found = dataset_of(Cohort(read_cohort(ROWS).rows, files(), read_cohort(ROWS).folder), "x").pictures
    assert found is not None
    assert (found.files, found.unreadable, found.formats) == (3, 1, (("DICOM", 1), ("PNG", 1)))
    assert (found.shapes, found.with_text, found.dicom, found.identifying) == (("10 x 20", "100 x 20"), 1, 1, 1)


def test_the_hash_of_all_pixels_does_not_depend_on_the_order_of_the_files() -> None:
    cohort = read_cohort(ROWS)
    found = [dataset_of(Cohort(cohort.rows, one, cohort.folder), "x").pictures for one in (files(), files().reverse())]
    assert found[0] == found[1]


def files() -> pl.DataFrame:
    known = {
        "path": ["1", "2", "3"],
        "study": ["a", "b", None],
        "pixel_hash": ["h1", "h2", None],
        "reason": [None, None, "cut off"],
        "format": ["PNG", "DICOM", None],
        "rows": [10, 100, None],
        "columns": [20, 20, None],
        "overlay_boxes": [2, 0, None],
        "identifying": [None, "PatientName", None],
    }
    return pl.DataFrame(known, schema={name: FILES_SCHEMA[name] for name in known})


@pytest.mark.parametrize("column", ["sex", "site", "scanner"])
def test_a_column_that_is_not_there_has_no_groups(column: str) -> None:
    assert told(ROWS.select("study", "label.x")).by(column) == ()
