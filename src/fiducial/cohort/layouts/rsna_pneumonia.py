"""Layout: RSNA pneumonia detection (2018), one row an image, boxes on 1024 px.

Shih et al., Radiol Artif Intell 2019;1(1):e180041, doi 10.1148/ryai.2019180041.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from fiducial.cohort.layouts.boxes import DRAFT, with_regions
from fiducial.cohort.layouts.contract import Listing, Source
from fiducial.cohort.layouts.joining import counted, rename
from fiducial.cohort.layouts.placing import read_where_there
from fiducial.cohort.layouts.recognising import beside_with, folder_of, images_of, only_one, tables_with
from fiducial.errors import UnusableInput
from fiducial.files.columns import as_label, as_number, refuse_nulls
from fiducial.files.tables import Table, read_table

_NEEDED = ("patientId", "x", "y", "width", "height", "Target")
_CLASSES = ("patientId", "class")
_DRAWN_ON = 1024  # rows and columns of every image of the release
_MAPPING = "pneumonia-challenge-dataset-mappings_2018.json"
_NO_PATIENT = (
    "no patient: patientId names an image, and one patient of NIH ChestX-ray14 has several; put the RSNA's "
    f"{_MAPPING} beside the table, or say --column patient=patientId"
)


@dataclass(frozen=True, slots=True)
class RsnaPneumonia:
    """``Target`` becomes label.pneumonia, the boxes regions, ``class`` a stratum."""

    name: ClassVar[str] = "rsna-pneumonia"
    says: ClassVar[str] = "RSNA pneumonia: stage_2_train_labels.csv, or a folder with it and stage_2_train_images/*.dcm"

    def recognises(self, source: Source) -> bool:
        """Whether a table there has the columns of stage_2_train_labels.csv."""
        return bool(tables_with(source, _NEEDED))

    def list(self, source: Source) -> Listing:
        """Read the tables, and the images where they are.

        Raises:
            UnusableInput: no table or several, or rows of one image that contradict each other.
        """
        path = only_one(tables_with(source, _NEEDED), source, ", ".join(_NEEDED))
        told = _typed(read_table(path))
        rows = told.frame.group_by("study", maintain_order=True).agg(pl.first("patientId", "label.pneumonia"))
        rows = rows.with_columns(path="study")
        for beside in beside_with(source, _CLASSES)[:1]:
            rows = rows.join(_classes(read_table(beside)), on="study", how="left", maintain_order="left")
        named = rename(Table(rows, f"{path.name} by image", 1), source.columns)
        patients, notes = _patients(named, folder_of(source))
        listing = read_where_there(patients, folder_of(source), images_of(source), source)
        kept = listing.rows.frame.drop("patientId", strict=False)
        if "patient" not in patients.frame.columns:  # the headers repeat patientId as PatientID
            kept = kept.drop("patient", strict=False)
        listing = Listing(listing.rows.replace(kept), listing.files, listing.folder, (*notes, *listing.notes))
        return with_regions(listing, _boxes(told))


def _typed(table: Table) -> Table:
    """With ``study``, ``label.pneumonia`` and numbers; every row of an image says the same of it."""
    refuse_nulls(table, "patientId")
    refuse_nulls(table, "Target")
    typed = table.replace(
        table.frame.with_columns(
            *(as_number(table, name) for name in _NEEDED[1:5]),
            as_label(table, "Target").alias("label.pneumonia"),
            pl.col("patientId").alias("study"),
        )
    )
    _refuse_contradictions(typed, "label.pneumonia", "Target")
    boxed = pl.all_horizontal(pl.col(_NEEDED[1:5]).is_not_null())
    wrong = typed.frame.select(boxed != (pl.col("label.pneumonia") == 1)).to_series()
    if wrong.any():
        index = int(wrong.arg_max() or 0)
        raise UnusableInput(
            f"{typed.row(index)}: Target is {typed.frame['Target'][index]}; a row has a whole box exactly where it is "
            f"1 ({int(wrong.sum())} such). Correct it or remove the row."
        )
    return typed


def _refuse_contradictions(table: Table, column: str, called: str) -> None:
    row = pl.int_range(table.first_row, pl.len() + table.first_row).alias("_row")
    groups = table.frame.with_columns(row).group_by("study", maintain_order=True).agg(column, "_row")
    wrong = groups.filter(pl.col(column).list.n_unique() > 1)
    if wrong.is_empty():
        return
    study, values, rows = wrong.row(0)
    other = next(i for i, value in enumerate(values) if value != values[0])
    raise UnusableInput(
        f"{table.name}: rows {rows[0]} and {rows[other]} give {study} different values of {called} ({values[0]} and "
        f"{values[other]}; {wrong.height} images so). Keep what is right."
    )


def _classes(table: Table) -> pl.DataFrame:
    keyed = table.replace(table.frame.with_columns(study="patientId"))
    _refuse_contradictions(keyed, "class", "class")
    return keyed.frame.select("study", "class").unique("study", keep="first", maintain_order=True)


def _patients(table: Table, folder: Path) -> tuple[Table, tuple[str, ...]]:
    """The patients of NIH ChestX-ray14 behind the images, where the RSNA's mapping lies beside the table."""
    if "patient" in table.frame.columns:
        return table, ()
    path = folder / _MAPPING
    if not path.exists():
        return table, (_NO_PATIENT,)
    try:
        known = {one["subset_img_id"]: one["img_id"].split("_")[0] for one in json.loads(path.read_bytes())}
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise UnusableInput(
            f"{path}: is not the list of subset_img_id and img_id that the RSNA published ({wrong}). Fetch it again."
        ) from wrong
    patients = pl.Series("patient", [known.get(study) for study in table.frame["study"]], dtype=pl.String)
    unknown = patients.null_count()
    notes = (f"{counted(unknown, 'image')} without a patient in {_MAPPING}",) if unknown else ()
    return table.replace(table.frame.with_columns(patients)), notes


def _boxes(table: Table) -> pl.DataFrame:
    boxes = table.frame.with_columns(
        where=pl.format(f"{table.name}: row {{}}", pl.int_range(table.first_row, pl.len() + table.first_row))
    ).filter(pl.col("label.pneumonia") == 1)
    return boxes.select(
        "study", "where",
        finding=pl.lit("pneumonia"),
        x0=pl.col("x"), y0=pl.col("y"), x1=pl.col("x") + pl.col("width"), y1=pl.col("y") + pl.col("height"),
        rows=pl.lit(_DRAWN_ON), columns=pl.lit(_DRAWN_ON), reader=pl.lit(None, dtype=pl.String),
    ).select(pl.col(name).cast(kind) for name, kind in DRAFT.items())  # fmt: skip
