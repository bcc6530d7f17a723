"""Tables that are not what they should be: every message names the file, the row and the remedy."""

import gzip
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.columns import as_date, as_label, as_number, as_text, refuse_nulls, refuse_repeats, require_columns
from fiducial.files.tables import Table, hash_table, read_table, write_table


def write(folder: Path, content: bytes, name: str = "scores.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def table(**columns: list[object]) -> Table:
    return Table(pl.DataFrame(columns, strict=False), "scores.csv", 2)


def test_a_csv_keeps_leading_zeros(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, b"patient\n007\n")).frame["patient"][0] == "007"


def test_a_gzipped_csv_reads_as_its_content(tmp_path: Path) -> None:
    packed = write(tmp_path, gzip.compress(b"a,b\n1,2\n"), "t.csv.gz")
    assert read_table(packed).frame.rows() == [("1", "2")]


def test_a_pandas_frame_is_taken_as_it_is() -> None:
    assert read_table(pd.DataFrame({"a": [1, 2]})).frame["a"].to_list() == [1, 2]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"a,b\n", "no row"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"\x89PNG\r\n\x1a\n", "PNG image"),
        (b"a,b\n1,2\n1,2,3\n", "row 3 has 3 cells where the header has 2"),
        (b"a,b\n1,2\n1\n", "row 3 has 1 cells where the header has 2"),
        (b"a,b\n" + b"1,2\n" * 4000 + b"1,caf\xe9\n", "in row 4002 stands a byte that is not UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        (b"a,a\n1,2\n", "'a' stands in the header twice"),
        (b"PAR1 not really", "damaged Parquet"),
        (b"\x1f\x8b broken gzip", "gzip"),
    ],
)
def test_what_is_no_table_is_told_what_it_is(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(UnusableInput, match=told) as refused:
        read_table(write(tmp_path, content))
    assert "scores.csv" in str(refused.value)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"gone\.csv: there is no such file"):
        read_table(tmp_path / "gone.csv")


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="is a folder"):
        read_table(tmp_path)


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_a_written_table_reads_back(tmp_path: Path, name: str) -> None:
    write_table(pl.DataFrame({"study": ["a", "b"]}), tmp_path / name)
    assert read_table(tmp_path / name).frame["study"].to_list() == ["a", "b"]


def test_a_changed_table_has_another_hash() -> None:
    assert hash_table(pl.DataFrame({"a": [1]})) != hash_table(pl.DataFrame({"a": [2]}))


def test_a_number_out_of_range_is_told_with_its_row() -> None:
    with pytest.raises(UnusableInput, match=r"row 3: score must be a number from 0 to 1; got '1\.2'"):
        as_number(table(score=["0.5", "1.2"]), "score", low=0, high=1)


@pytest.mark.parametrize("value", ["abc", "inf"])
def test_what_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(UnusableInput, match="must be a number"):
        as_number(table(score=[value]), "score")


def test_a_nan_in_a_frame_is_refused() -> None:
    with pytest.raises(UnusableInput, match="row 2"):
        as_number(table(score=[float("nan")]), "score")


def test_an_empty_cell_is_null() -> None:
    assert as_number(table(age=["50", None]), "age").to_list() == [50.0, None]


def test_labels_may_be_words() -> None:
    assert as_label(table(label=["1", "0", "True", None, "1.0"]), "label").to_list() == [1, 0, 1, None, 1]


def test_a_label_of_two_is_refused() -> None:
    with pytest.raises(UnusableInput, match="row 3: label must be 0, 1 or empty; got '2'"):
        as_label(table(label=["1", "2"]), "label")


def test_dates_of_both_forms_are_read() -> None:
    dates = as_date(table(acquired=["2024-02-29", "20240229"]), "acquired")
    assert dates[0] == dates[1]


def test_a_day_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnusableInput, match="row 2: acquired must be a date"):
        as_date(table(acquired=["2023-02-29"]), "acquired")


def test_whole_floats_become_text_without_a_point() -> None:
    assert as_text(table(patient=[7.0, 8.0]), "patient").to_list() == ["7", "8"]


def test_a_repeated_key_names_both_rows() -> None:
    with pytest.raises(UnusableInput, match="row 4: repeats study='a' of row 2"):
        refuse_repeats(table(study=["a", "b", "a"]), ["study"])


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(UnusableInput, match="row 3: study is empty"):
        refuse_nulls(table(study=["a", None]), "study")


def test_a_mistyped_column_is_guessed() -> None:
    with pytest.raises(UnusableInput, match="Did you mean 'pateint'"):
        require_columns(table(pateint=["a"]), ["patient"])


@pytest.mark.parametrize("content", [b"a;b\n1;2\n", b"a\tb\n1\t2\n", b"a,b\r\n1,2\r\n", b"\xef\xbb\xbf a ,b\n1,2\n"])
def test_separators_line_ends_and_marks_of_other_programs_are_read(tmp_path: Path, content: bytes) -> None:
    assert read_table(write(tmp_path, content)).frame.to_dicts() == [{"a": "1", "b": "2"}]


def test_a_quoted_line_break_stays_in_its_cell(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, b'a,b\n"1\n2",3\n')).frame["a"][0] == "1\n2"


def test_lists_are_no_cells() -> None:
    with pytest.raises(UnusableInput, match="'a' holds lists"):
        read_table(pl.DataFrame({"a": [[1, 2]]}))


def test_another_ending_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match=r"written as \.parquet or \.csv"):
        write_table(pl.DataFrame({"a": [1]}), tmp_path / "t.txt")


def test_a_missing_float_is_no_text() -> None:
    assert as_text(table(patient=[7.0, float("nan")]), "patient").to_list() == ["7", None]


def test_spaces_around_a_key_do_not_make_another_key() -> None:
    assert as_text(table(patient=["p1 ", " p1", " "]), "patient").to_list() == ["p1", "p1", None]
