"""Layout: MIMIC-CXR and MIMIC-CXR-JPG, one row a study (or an image), fourteen findings that may be uncertain.

Johnson et al., Sci Data 2019;6:317, doi 10.1038/s41597-019-0322-0; tables of MIMIC-CXR-JPG, doi 10.13026/8360-t248.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from fiducial.cohort.layouts.contract import Listing, Source, Unit
from fiducial.cohort.layouts.findings import CHEXPERT, with_chexpert_labels
from fiducial.cohort.layouts.joining import counted, rename
from fiducial.cohort.layouts.placing import read_where_there
from fiducial.cohort.layouts.recognising import beside_with, folder_of, images_of, only_one, tables_with
from fiducial.errors import UnusableInput
from fiducial.files.columns import refuse_nulls, refuse_repeats
from fiducial.files.tables import Table, read_table

_METADATA = ("dicom_id", "subject_id", "study_id", "ViewPosition")
_LABELS = ("subject_id", "study_id", *CHEXPERT)
_SPLIT = ("dicom_id", "study_id", "subject_id", "split")
_SPLITS = {"train": "train", "validate": "tune", "test": "test"}
_COLUMNS = {
    "subject_id": "patient",
    "study_id": "exam",
    "ViewPosition": "view",
    "StudyDate": "acquired",
    "PerformedProcedureStepDescription": "procedure",
    "Rows": "rows",
    "Columns": "columns",
}


@dataclass(frozen=True, slots=True)
class MimicCxr:
    """The metadata, labels and splits of the release, joined by subject, study and dicom id."""

    name: ClassVar[str] = "mimic-cxr"
    says: ClassVar[str] = "MIMIC-CXR: a folder with mimic-cxr-2.*-metadata, -chexpert and -split .csv[.gz] and files/"

    def recognises(self, source: Source) -> bool:
        """Whether a table there has the columns of mimic-cxr-2.0.0-metadata.csv."""
        return bool(tables_with(source, _METADATA))

    def list(self, source: Source) -> Listing:
        """Read the tables, and the images where they are.

        Raises:
            UnusableInput: no metadata or several, a repeated key, or a value that the release does not have.
        """
        table = read_table(only_one(tables_with(source, _METADATA), source, ", ".join(_METADATA)))
        for name in _METADATA[:3]:
            refuse_nulls(table, name)
        refuse_repeats(table, ["dicom_id"])
        frame, unlabelled = _labelled(table.frame, _beside(source, _LABELS, "-chexpert"))
        frame, unsplit = _split(frame, _beside(source, _SPLIT, "-split"))
        named = rename(table.replace(frame.with_columns(path="dicom_id")), source.columns)
        keyed = _keyed(named, source.unit)
        listing = read_where_there(
            keyed, folder_of(source), images_of(source), source, shared=source.unit is Unit.STUDY
        )
        return Listing(listing.rows, listing.files, listing.folder, (*unlabelled, *unsplit, *listing.notes))


def _beside(source: Source, needed: tuple[str, ...], called: str) -> Path | None:
    """The one table with the columns; of the two labellers', CheXpert's and not NegBio's."""
    found = beside_with(source, needed)
    return next((path for path in found if called in path.name), found[0] if found else None)


def _labelled(frame: pl.DataFrame, path: Path | None) -> tuple[pl.DataFrame, tuple[str, ...]]:
    if path is None:
        return frame, ("no table with the labels (-chexpert.csv.gz) lies beside the metadata: no label",)
    table, notes = with_chexpert_labels(read_table(path))
    key = ["subject_id", "study_id"]
    refuse_repeats(table, key)
    bare = frame.join(table.frame, on=key, how="anti").select(key).n_unique()
    said = (f"{counted(bare, 'study')} of the metadata without labels in {path.name}".replace("studys", "studies"),)
    joined = frame.join(table.frame, on=key, how="left", maintain_order="left")
    return joined, (*(f"{path.name}: {note}" for note in notes), *(said if bare else ()))


def _split(frame: pl.DataFrame, path: Path | None) -> tuple[pl.DataFrame, tuple[str, ...]]:
    if path is None:
        return frame, ("no table with the split (-split.csv.gz) lies beside the metadata: no split",)
    table = read_table(path)
    refuse_repeats(table, ["dicom_id"])
    strange = ~table.frame["split"].is_in(list(_SPLITS)).fill_null(value=False)
    if strange.any():
        index = int(strange.arg_max() or 0)
        raise UnusableInput(
            f"{table.row(index)}: the split is {table.frame['split'][index]!r}; expected {', '.join(_SPLITS)}. "
            "Correct it."
        )
    key = ["dicom_id", "subject_id", "study_id"]
    named = table.frame.select(*key, split=pl.col("split").replace(_SPLITS))
    joined = frame.join(named, on=key, how="left", maintain_order="left")
    bare = joined["split"].null_count()
    return joined, ((f"{counted(bare, 'image')} without a split in {path.name}",) if bare else ())


def _keyed(table: Table, unit: Unit) -> Table:
    frame = table.frame
    study = pl.concat_str(pl.lit("s"), "study_id") if unit is Unit.STUDY else pl.col("dicom_id")
    keyed = frame.with_columns(study.alias("study")).drop("dicom_id", *(["study_id"] if unit is Unit.STUDY else []))
    named = keyed.rename({old: new for old, new in _COLUMNS.items() if old in keyed.columns})
    return table.replace(named)
