"""Layout: RSNA intracranial hemorrhage (2019), one row an image, six labels.

Flanders et al., Radiol Artif Intell 2020;2(3):e190211, doi 10.1148/ryai.2020190211.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from fiducial.cohort.layouts.contract import Listing, Source
from fiducial.cohort.layouts.joining import counted, rename
from fiducial.cohort.layouts.placing import read_where_there
from fiducial.cohort.layouts.recognising import folder_of, images_of, only_one, tables_with
from fiducial.cohort.table import LABEL_PREFIX
from fiducial.errors import UnusableInput
from fiducial.files.columns import as_label, refuse_nulls
from fiducial.files.tables import Table, read_table

SUBTYPES = ("any", "epidural", "intraparenchymal", "intraventricular", "subarachnoid", "subdural")
_NEEDED = ("ID", "Label")
_FORM = rf"^(.+)_({'|'.join(SUBTYPES)})$"
_SHOWN = 3  # rows that a message names


@dataclass(frozen=True, slots=True)
class RsnaIch:
    """``ID_<hex>_<subtype>,Label`` in six rows an image; patients and tags come from the DICOM headers."""

    name: ClassVar[str] = "rsna-ich"
    says: ClassVar[str] = "RSNA intracranial hemorrhage: stage_2_train.csv, or a folder with it and stage_2_train/*.dcm"

    def recognises(self, source: Source) -> bool:
        """Whether a table there has the columns ID and Label, and its first row names an image and a subtype."""
        return any(_begins_right(path) for path in tables_with(source, _NEEDED))

    def list(self, source: Source) -> Listing:
        """Read the table, and the images where they are.

        Raises:
            UnusableInput: no table or several, an ID of another form, or two rows that contradict each other.
        """
        path = only_one([path for path in tables_with(source, _NEEDED) if _begins_right(path)], source, "ID and Label")
        rows, notes = _one_row_an_image(read_table(path))
        images = images_of(source)
        listing = read_where_there(rename(rows, source.columns), folder_of(source), images, source)
        return Listing(listing.rows, listing.files, listing.folder, (*notes, *listing.notes))


def _begins_right(path: Path) -> bool:
    try:
        first = pl.read_csv(path, n_rows=1, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError):
        return False
    return first.height == 1 and bool(first["ID"].str.contains(_FORM).item())


def _one_row_an_image(table: Table) -> tuple[Table, tuple[str, ...]]:
    refuse_nulls(table, "ID")
    told = table.frame.select(
        study=pl.col("ID").str.extract(_FORM, 1),
        subtype=pl.col("ID").str.extract(_FORM, 2),
        label=as_label(table, "Label"),
        row=pl.int_range(table.first_row, pl.len() + table.first_row),
    )
    if told["study"].null_count():
        index = int(told["study"].is_null().arg_max() or 0)
        raise UnusableInput(
            f"{table.row(index)}: the ID is {table.frame['ID'][index]!r}; expected ID_<image>_<subtype> with a subtype "
            f"out of {', '.join(SUBTYPES)}. Correct it or remove the row."
        )
    key = ["study", "subtype"]
    repeated = told.filter(told.select(key).is_duplicated())  # a handful: grouping millions of rows takes a minute
    groups = repeated.group_by(key, maintain_order=True).agg(pl.col("label").drop_nulls().n_unique(), "row")
    _refuse_contradictions(groups, table)
    pivoted = told.unique(key, keep="first", maintain_order=True).pivot("subtype", index="study", values="label")
    labels = {name: pl.col(name) if name in pivoted.columns else pl.lit(None, dtype=pl.Int8) for name in SUBTYPES}
    rows = pivoted.select("study", path="study", **{f"{LABEL_PREFIX}{name}": one for name, one in labels.items()})
    return Table(rows, f"{table.name} by image", 1), tuple(_notes(rows, groups))


def _refuse_contradictions(groups: pl.DataFrame, table: Table) -> None:
    wrong = groups.filter(pl.col("label") > 1)
    if wrong.is_empty():
        return
    first = wrong.row(0, named=True)
    rows = " and ".join(str(row) for row in first["row"][:_SHOWN])
    raise UnusableInput(
        f"{table.name}: rows {rows} give {first['study']}_{first['subtype']} different labels ({wrong.height} such). "
        "Keep the one that is right and remove the others."
    )


def _notes(rows: pl.DataFrame, groups: pl.DataFrame) -> list[str]:
    notes = []
    again = sum(len(told) - 1 for told in groups["row"])
    if again:
        first = min(told[1] for told in groups["row"])
        notes.append(
            f"{counted(again, 'row')} repeating an earlier row with the same label, counted once (first: row {first})"
        )
    columns = [f"{LABEL_PREFIX}{name}" for name in SUBTYPES]
    gaps = rows.filter(pl.any_horizontal(pl.col(columns).is_null())).height
    if gaps:
        notes.append(f"{counted(gaps, 'image')} without a row for each of the six labels: those were left empty")
    odd = rows.filter(pl.col(columns[0]) != pl.max_horizontal(columns[1:])).height
    if odd:
        notes.append(f"{counted(odd, 'image')} where label.any is not what its five subtypes say")
    return notes
