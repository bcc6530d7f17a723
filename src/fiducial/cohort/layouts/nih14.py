"""Layout: NIH ChestX-ray14, first release and v2020, with its images or without.

Wang et al., ChestX-ray8, CVPR 2017, doi 10.1109/CVPR.2017.369.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from zlib import crc32

import polars as pl

from fiducial.cohort.layouts.ages import in_years
from fiducial.cohort.layouts.boxes import DRAFT, with_regions
from fiducial.cohort.layouts.contract import Listing, Source
from fiducial.cohort.layouts.joining import rename, tables_in
from fiducial.cohort.layouts.placing import read_where_there
from fiducial.cohort.layouts.recognising import columns_of, folder_of, images_of, tables_of
from fiducial.errors import UnusableInput
from fiducial.files.columns import as_number
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
# The first three names of BBox_List_2017's header, whether the comma within "Bbox [x,y,w,h]" split it or not.
_BOXES = ("imageindexfindinglabelbboxx", "imageindexfindinglabelbboxxywh")
_DRAWN_ON = 1024  # rows and columns of the images that were released
_SPELT = {"infiltrate": "infiltration"}
_LEARNT = ("tune", *["train"] * 7)
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
        images = _images(source)
        if "path" not in rows.frame.columns:
            rows = rows.replace(rows.frame.with_columns(path=pl.col("study")))
        rows = _with_official_split(rows, folder_of(source))
        listing = read_where_there(rows, folder_of(source), images, source)
        boxes = [path for path in tables_in(folder_of(source)) if _plain("".join(columns_of(path)[:3])) in _BOXES]
        return with_regions(listing, _boxes(boxes[0])) if boxes else listing


def _with_official_split(table: Table, folder: Path) -> Table:
    """The release's own two lists, which no patient crosses; a patient in eight of the first is for tuning.

    ``test_list.txt`` is the test split. ``train_val_list.txt`` leaves it to its reader who tunes; here a hash of the
    patient decides, so that everybody who reads the release gets the same three splits.
    """
    lists = [folder / name for name in ("train_val_list.txt", "test_list.txt")]
    if "split" in table.frame.columns or not all(path.exists() for path in lists):
        return table
    learnt, test = (set(path.read_text(encoding="utf-8").split()) for path in lists)
    rows = table.frame.select(pl.col("study", "patient").cast(pl.String)).iter_rows()
    splits = [
        "test" if study in test else None if study not in learnt else _LEARNT[crc32(patient.encode()) % len(_LEARNT)]
        for study, patient in rows
    ]
    return table.replace(table.frame.with_columns(split=pl.Series(splits, dtype=pl.String)))


def _entries(source: Source) -> list[Path]:
    return [path for path in tables_of(source) if set(_NEEDED) <= {_plain(name) for name in columns_of(path)}]


def _images(source: Source) -> list[str]:
    """Below the folder; beside a table that was given itself, in folders called images*, as the release has them."""
    return images_of(source, SUFFIXES, beside="images*")


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


def _boxes(path: Path) -> pl.DataFrame:
    """BBox_List_2017: image, finding, then x, y, width and height, whatever the header calls them."""
    table = read_table(path)
    if table.frame.width < 6:
        raise UnusableInput(f"{path.name}: has {table.frame.width} columns; expected image, finding, x, y, w and h.")
    names = ("study", "finding", "x", "y", "w", "h")
    table = table.replace(table.frame.select(pl.nth(i).alias(name) for i, name in enumerate(names)))
    numbers = table.frame.with_columns(as_number(table, name) for name in names[2:])
    return numbers.select(
        "study",
        finding=pl.col("finding").str.to_lowercase().replace(_SPELT),
        x0=pl.col("x"), y0=pl.col("y"), x1=pl.col("x") + pl.col("w"), y1=pl.col("y") + pl.col("h"),
        rows=pl.lit(_DRAWN_ON), columns=pl.lit(_DRAWN_ON), reader=pl.lit(None, dtype=pl.String),
        where=pl.format(f"{path.name}: row {{}}", pl.int_range(2, pl.len() + 2)),
    ).select(pl.col(name).cast(kind) for name, kind in DRAFT.items())  # fmt: skip
