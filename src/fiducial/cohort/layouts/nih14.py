"""Layout: NIH ChestX-ray14, first release and v2020, with its images or without.

Wang et al., ChestX-ray8, CVPR 2017, doi 10.1109/CVPR.2017.369.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from fiducial.cohort.layouts.ages import in_years
from fiducial.cohort.layouts.contract import Listing, Source
from fiducial.cohort.layouts.joining import rename, tables_in
from fiducial.cohort.layouts.placing import read_and_place
from fiducial.cohort.reading import walk
from fiducial.errors import FiducialError, UnusableInput
from fiducial.files.tables import Table, read_table
from fiducial.scans.raster import SUFFIXES

FINDINGS = (
    "Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Effusion", "Emphysema", "Fibrosis", "Hernia",
    "Infiltration", "Mass", "Nodule", "Pleural_Thickening", "Pneumonia", "Pneumothorax",
)  # fmt: skip
NO_FINDING = "No Finding"

# Normalised name in any release -> name in the cohort. The comma within "OriginalImage[Width,Height]" splits it.
_COLUMNS = {
    "imageindex": "study",
    "patientid": "patient",
    "findinglabels": "findings",
    "followup": "follow_up",
    "patientage": "age",
    "age": "age",
    "patientgender": "sex",
    "patientsex": "sex",
    "gender": "sex",
    "sex": "sex",
    "viewposition": "view",
    "view": "view",
    "originalimagewidth": "width",
    "height": "height",
    "originalimagepixelspacingx": "spacing_x",
    "y": "spacing_y",
}
_NEEDED = ("imageindex", "findinglabels", "patientid")
_NUMBERS = {
    "follow_up": pl.Int64,
    "width": pl.Int64,
    "height": pl.Int64,
    "spacing_x": pl.Float64,
    "spacing_y": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class Nih14:
    """One row an image, fourteen findings."""

    name: ClassVar[str] = "nih14"
    says: ClassVar[str] = "NIH ChestX-ray14: Data_Entry_2017*.csv[.gz], or a folder with it and its images"

    def recognises(self, source: Source) -> bool:
        """Whether a table there has the columns of Data_Entry_2017."""
        return bool(_entries(source))

    def list(self, source: Source) -> Listing:
        """Read the table, and the images where they lie in the folder.

        Raises:
            UnusableInput: no table or several, or a finding that the data set does not have.
        """
        found = _entries(source)
        if len(found) != 1:
            what = ", ".join(path.name for path in found) or "none"
            raise UnusableInput(
                f"{source.path}: one table with Image Index, Finding Labels and Patient ID is needed; found: {what}. "
                "Give the CSV itself."
            )
        rows = _with_findings(in_years(_named(rename(read_table(found[0]), source.columns))))
        folder = source.path if source.path.is_dir() else source.path.parent
        images = _images(source)
        if not images:
            alone = rows.replace(rows.frame.drop("path", strict=False))
            return Listing(alone, None, folder, ("no images were found: the table stands alone",))
        if "path" not in rows.frame.columns:
            rows = rows.replace(rows.frame.with_columns(path=pl.col("study")))
        return read_and_place(rows, folder, images, source, shared=False)


def _entries(source: Source) -> list[Path]:
    if source.table is not None:
        candidates = [source.table]
    else:
        candidates = tables_in(source.path) if source.path.is_dir() else [source.path]
    return [path for path in candidates if set(_NEEDED) <= {_plain(name) for name in _header(path)}]


def _header(path: Path) -> list[str]:
    """The names of the columns; none where the file is no table."""
    try:
        if path.name.endswith(".parquet"):
            return list(pl.read_parquet_schema(path))
        return pl.read_csv(path, n_rows=0, infer_schema=False).columns
    except (pl.exceptions.PolarsError, OSError, FiducialError):
        return []


def _images(source: Source) -> list[str]:
    """Below the folder; beside a table that was given itself, in folders called images*, as the release has them."""
    if source.path.is_dir():
        return [path for path in walk(source.path) if path.lower().endswith(SUFFIXES)]
    beside = sorted(place for place in source.path.parent.glob("images*") if place.is_dir())
    return [f"{place.name}/{path}" for place in beside for path in walk(place) if path.lower().endswith(SUFFIXES)]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _named(table: Table) -> Table:
    frame = table.frame
    taken = set(frame.columns)
    names = {}
    for name in frame.columns:
        new = _COLUMNS.get(_plain(name))
        if new is not None and (new not in taken or new == name):
            names[name] = new
            taken.add(new)
    frame = frame.rename(names).select(pl.exclude("^$"))
    casts = [pl.col(name).cast(kind, strict=False) for name, kind in _NUMBERS.items() if name in frame.columns]
    return table.replace(frame.with_columns(casts))


def _with_findings(table: Table) -> Table:
    told = table.frame["findings"].str.split("|").list.eval(pl.element().str.strip_chars())
    known = [*FINDINGS, NO_FINDING]
    strange = told.list.eval(~pl.element().is_in(known)).list.any().fill_null(value=False)
    if strange.any():
        index = int(strange.arg_max() or 0)
        raise UnusableInput(
            f"{table.row(index)}: the finding labels are {table.frame['findings'][index]!r}; expected any of "
            f"{', '.join(known)}, joined by '|'."
        )
    labels = [told.list.contains(finding).cast(pl.Int8).alias(f"label.{finding.lower()}") for finding in FINDINGS]
    return table.replace(table.frame.drop("findings").with_columns(labels))
