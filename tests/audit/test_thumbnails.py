"""Thumbnails come in the order of the decisions, black where there is none, and not at all where they are odd."""

import numpy as np
import polars as pl

from fiducial.audit.thumbnails import thumbnails_of

STUDY = pl.Series("study", ["b", "a", "c"])


def files(*rows: tuple[str | None, bytes | None]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema={"study": pl.String, "thumbnail": pl.Binary}, orient="row")


def test_the_first_file_of_a_study_gives_its_thumbnail() -> None:
    found = thumbnails_of(STUDY, files(("a", bytes([1] * 4)), ("b", bytes([2] * 4)), ("a", bytes([3] * 4))))
    assert found is not None
    assert found.shape == (3, 2, 2)
    assert found.dtype == np.uint8
    assert found[:, 0, 0].tolist() == [2, 1, 0]


def test_a_file_that_could_not_be_read_is_passed_by() -> None:
    found = thumbnails_of(STUDY, files(("a", None), ("a", bytes([7]))))
    assert found is not None
    assert found.ravel().tolist() == [0, 7, 0]


def test_no_column_no_files_and_odd_sizes_give_none() -> None:
    assert thumbnails_of(STUDY, None) is None
    assert thumbnails_of(STUDY, files().drop("thumbnail")) is None
    assert thumbnails_of(STUDY, files(("a", bytes(4)), ("b", bytes(9)))) is None
    assert thumbnails_of(STUDY, files(("a", bytes(5)))) is None
    assert thumbnails_of(STUDY, files(("a", None))) is None
