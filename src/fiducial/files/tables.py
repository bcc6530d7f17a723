"""Tables from disk or memory into polars, and back: CSV (also ``.csv.gz``) and Parquet.

A CSV is read as text throughout, so that patient "007" stays "007"; whoever knows the schema gives the types.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl

from fiducial.errors import UnusableInput
from fiducial.files.hashes import hash_bytes, hash_file
from fiducial.files.names import refuse_other_endings
from fiducial.files.writing import replacing

if TYPE_CHECKING:
    import pandas as pd

    TableSource: TypeAlias = str | Path | pl.DataFrame | "pd.DataFrame"
else:
    TableSource: TypeAlias = Any

_NULLS = ["", "NA", "N/A", "NaN", "nan", "null", "None"]
_MAGIC = {
    b"PK\x03\x04": "a zip archive (an Excel workbook is one, too)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A frame, and how to call it and its rows in a message."""

    frame: pl.DataFrame
    name: str
    first_row: int  # 2 in a CSV, as an editor counts; 0 in Parquet and frames

    def row(self, index: int) -> str:
        """``scores.csv: row 17``."""
        return f"{self.name}: row {index + self.first_row}"

    def replace(self, frame: pl.DataFrame) -> "Table":
        """The same table with other columns; rows keep their order and number."""
        return Table(frame, self.name, self.first_row)


def read_table(source: TableSource, *, nulls: Sequence[str] = _NULLS) -> Table:
    """Read ``.parquet``, ``.csv`` or ``.csv.gz``, or take a polars or pandas frame.

    ``nulls``: the words of a CSV that stand for no value.

    Raises:
        UnusableInput: absent, empty, of another format, ragged, not UTF-8, or with two columns of one name.
    """
    if isinstance(source, pl.DataFrame):
        return Table(_flat(source, "<frame>"), "<frame>", 0)
    if not isinstance(source, str | Path):
        return Table(_flat(_from_pandas(source), "<frame>"), "<frame>", 0)
    path = Path(source)
    _refuse_what_is_no_table(path)
    binary = _is_parquet(path)
    frame = _read_parquet(path) if binary else _read_csv(path, nulls)
    if not frame.height:
        raise UnusableInput(f"{path}: holds a header at most and no row. Export the table again.")
    return Table(_flat(frame, path.name), path.name, 0 if binary else 2)


def write_table(frame: pl.DataFrame, path: Path) -> None:
    """Write Parquet or CSV, as the name ends; all of it or nothing.

    Raises:
        WrongUsage: another ending.
        UnusableInput: the place cannot be written to.
    """
    refuse_other_endings(path)
    with replacing(path) as temporary:
        if path.suffix == ".csv":
            frame.write_csv(temporary)
        else:
            frame.write_parquet(temporary)


def hash_table(source: TableSource) -> str:
    """The SHA-256 of the file's bytes, or of a frame's CSV form."""
    if isinstance(source, str | Path):
        return hash_file(Path(source))
    return hash_bytes(read_table(source).frame.write_csv().encode())


def _flat(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    nested = [column for column, kind in frame.schema.items() if kind.is_nested() or kind == pl.Object]
    if nested:
        raise UnusableInput(
            f"{name}: the column {nested[0]!r} holds lists or objects; one plain value a row is needed."
        )
    return frame


def _refuse_what_is_no_table(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            start = stream.read(8)
    except FileNotFoundError as absent:
        raise UnusableInput(f"{path}: there is no such file.") from absent
    except IsADirectoryError as folder:
        raise UnusableInput(f"{path}: is a folder; a table (.parquet, .csv, .csv.gz) was expected.") from folder
    except OSError as refused:
        raise UnusableInput(f"{path}: cannot be read ({refused.strerror}).") from refused
    if not start:
        raise UnusableInput(f"{path}: is empty (0 bytes). Export the table again.")
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            raise UnusableInput(f"{path}: is {kind}, not a table. Export it as CSV (UTF-8) or Parquet.")


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"PAR1"


def _read_parquet(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as broken:
        raise UnusableInput(f"{path}: is a damaged Parquet file ({_first_line(broken)}). Write it again.") from broken


def _read_csv(path: Path, nulls: Sequence[str]) -> pl.DataFrame:
    text = _decoded(path)
    separator = _separator(text)
    header = _checked_header(path, text, separator)
    try:
        frame = pl.read_csv(
            text.encode(), separator=separator, infer_schema=False, null_values=list(nulls), raise_if_empty=False
        )
    except pl.exceptions.PolarsError as broken:
        raise UnusableInput(f"{path}: cannot be read as CSV ({_first_line(broken)}).") from broken
    named = {given: name for given, name in zip(frame.columns, header, strict=True) if name}
    return frame.rename(named)


def _decoded(path: Path) -> str:
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    except (OSError, EOFError, zlib.error) as broken:
        raise UnusableInput(f"{path}: is a damaged gzip file ({broken}). Fetch it again.") from broken
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnusableInput(f"{path}: is UTF-16 text. Save the table as UTF-8.")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as wrong:
        row = content[: wrong.start].count(b"\n") + 1
        raise UnusableInput(
            f"{path}: in row {row} stands a byte that is not UTF-8. Save the table as UTF-8."
        ) from wrong


def _separator(text: str) -> str:
    """Comma, semicolon or tab, whichever the header has most of."""
    header = text[: text.find("\n")] if "\n" in text else text
    return max(",;\t", key=header.count)


def _checked_header(path: Path, text: str, separator: str) -> list[str]:
    """The names of the columns without spaces around them; every row must have as many cells."""
    row = 1
    try:
        rows = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
        header = [name.strip() for name in next(rows, [])]
        named = len(header)
        while named and not header[named - 1]:  # exports leave empty heads at the end, and rows without them
            named -= 1
        for row, cells in enumerate(rows, start=2):
            if cells and not named <= len(cells) <= len(header):
                raise UnusableInput(
                    f"{path}: row {row} has {len(cells)} cells where the header has {named}. Mend that row."
                )
    except csv.Error as wrong:
        raise UnusableInput(f"{path}: row {row + 1} is not CSV ({wrong}). Mend that row.") from wrong
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if repeated:
        raise UnusableInput(f"{path}: the column {repeated[0]!r} stands in the header twice. Rename one of them.")
    return header


def _from_pandas(frame: "pd.DataFrame") -> pl.DataFrame:
    if not hasattr(frame, "to_dict") or not hasattr(frame, "columns"):
        raise UnusableInput(f"a table must be a path, a polars or a pandas frame; got {type(frame).__name__}.")
    try:
        return pl.from_pandas(frame)
    except ImportError as absent:
        raise UnusableInput("reading a pandas frame needs pyarrow: pip install 'fiducial[pandas]'.") from absent


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]
