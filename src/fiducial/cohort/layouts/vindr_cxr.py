"""Layout: VinDr-CXR, one row an image, labels by the majority of its readers, boxes with their reader.

Nguyen et al., Sci Data 2022;9:429, doi 10.1038/s41597-022-01498-w.
"""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from fiducial.cohort.layouts.boxes import DRAFT, with_regions
from fiducial.cohort.layouts.contract import Listing, Source
from fiducial.cohort.layouts.findings import finding_name
from fiducial.cohort.layouts.joining import counted, rename
from fiducial.cohort.layouts.placing import read_where_there
from fiducial.cohort.layouts.recognising import folder_of, images_of, only_one, tables_with
from fiducial.cohort.table import LABEL_PREFIX
from fiducial.errors import UnusableInput
from fiducial.files.columns import as_number, refuse_nulls
from fiducial.files.names import did_you_mean
from fiducial.files.tables import Table, read_table

# The 22 local labels of the release; the challenge on Kaggle has 14 of them.
FINDINGS = (
    "Aortic enlargement", "Atelectasis", "Calcification", "Cardiomegaly", "Clavicle fracture", "Consolidation", "Edema",
    "Emphysema", "Enlarged PA", "ILD", "Infiltration", "Lung Opacity", "Lung cavity", "Lung cyst", "Mediastinal shift",
    "Nodule/Mass", "Other lesion", "Pleural effusion", "Pleural thickening", "Pneumothorax", "Pulmonary fibrosis",
    "Rib fracture",
)  # fmt: skip
NO_FINDING = "No finding"
_CORNERS = {"x_min": "x0", "y_min": "y0", "x_max": "x1", "y_max": "y1"}
_NEEDED = ("image_id", "class_name", "rad_id", *_CORNERS)


@dataclass(frozen=True, slots=True)
class VindrCxr:
    """A finding is there where more than half of an image's readers drew it; at exactly half it is left open."""

    name: ClassVar[str] = "vindr-cxr"
    says: ClassVar[str] = "VinDr-CXR: train.csv (a row a reader and box), or a folder with it and its images"

    def recognises(self, source: Source) -> bool:
        """Whether a table there has the columns of train.csv."""
        return bool(tables_with(source, _NEEDED))

    def list(self, source: Source) -> Listing:
        """Read the table, and the images where they are.

        Raises:
            UnusableInput: no table or several, a class that the data set does not have, or half a box.
        """
        table = _typed(read_table(only_one(tables_with(source, _NEEDED), source, ", ".join(_NEEDED))))
        rows, notes = _by_majority(table)
        named = rename(rows, source.columns)
        listing = read_where_there(named, folder_of(source), images_of(source), source)
        listing = Listing(listing.rows, listing.files, listing.folder, (*notes, *listing.notes))
        return with_regions(listing, _boxes(table))


def _typed(table: Table) -> Table:
    for name in _NEEDED[:3]:
        refuse_nulls(table, name)
    known = {one.lower(): one for one in (*FINDINGS, NO_FINDING)}
    said = table.frame["class_name"].str.strip_chars()
    found = said.str.to_lowercase().replace_strict(known, default=None, return_dtype=pl.String)
    if found.null_count():
        index = int(found.is_null().arg_max() or 0)
        hint = did_you_mean(said[index], known.values())
        raise UnusableInput(
            f"{table.row(index)}: the class is {said[index]!r}, which VinDr-CXR does not have.{hint} Correct it."
        )
    sizes = [as_number(table, name, low=1) for name in ("width", "height") if name in table.frame.columns]
    corners = [as_number(table, name) for name in _CORNERS]
    typed = table.replace(table.frame.with_columns(found.alias("class_name"), *corners, *sizes))
    some, whole = pl.any_horizontal(pl.col(_CORNERS).is_not_null()), pl.all_horizontal(pl.col(_CORNERS).is_not_null())
    half = typed.frame.select((some & ~whole) | (some & (pl.col("class_name") == NO_FINDING))).to_series()
    if half.any():
        raise UnusableInput(
            f"{typed.row(int(half.arg_max() or 0))}: has half a box, or a box around {NO_FINDING!r}. Correct the row."
        )
    return typed


def _by_majority(table: Table) -> tuple[Table, tuple[str, ...]]:
    readers = table.frame.group_by("image_id", maintain_order=True).agg(readers=pl.col("rad_id").n_unique())
    seen = table.frame.filter(pl.col("class_name") != NO_FINDING)
    votes = seen.group_by("image_id", "class_name").agg(votes=2 * pl.col("rad_id").n_unique().cast(pl.Int64))
    findings = [name for name in FINDINGS if name in set(votes["class_name"])]
    for name in findings:
        mine = votes.filter(pl.col("class_name") == name).select("image_id", pl.col("votes").alias(name))
        readers = readers.join(mine, on="image_id", how="left", maintain_order="left")
    labels = {f"{LABEL_PREFIX}{finding_name(name)}": _majority(pl.col(name).fill_null(0)) for name in findings}
    rows = readers.select(pl.col("image_id").alias("study"), "readers", path="image_id", **labels)
    ties = int(rows.select(pl.sum_horizontal(pl.col(name).is_null().sum() for name in labels)).item()) if labels else 0
    note = f"{counted(ties, 'label')} left open: exactly half of the readers saw the finding"
    return Table(rows, f"{table.name} by image", 1), ((note,) if ties else ())


def _majority(twice: pl.Expr) -> pl.Expr:
    """1 or 0 from twice the votes; null at exactly half."""
    return pl.when(twice != pl.col("readers")).then((twice > pl.col("readers")).cast(pl.Int8))


def _boxes(table: Table) -> pl.DataFrame:
    frame = table.frame
    size = {"rows": "height", "columns": "width"}
    return (
        frame.with_columns(
            where=pl.format(f"{table.name}: row {{}}", pl.int_range(table.first_row, pl.len() + table.first_row))
        )
        .filter(pl.col("x_min").is_not_null())
        .select(
            pl.col("image_id").alias("study"),
            pl.col("class_name").replace({name: finding_name(name) for name in FINDINGS}).alias("finding"),
            *(pl.col(old).alias(new) for old, new in _CORNERS.items()),
            *((pl.col(old) if old in frame.columns else pl.lit(None)).alias(new) for new, old in size.items()),
            pl.col("rad_id").alias("reader"),
            "where",
        )
        .select(pl.col(name).cast(kind) for name, kind in DRAFT.items())
    )
