"""Layout: CheXpert, one row a study (or an image), fourteen findings that may be uncertain.

Irvin et al., CheXpert, AAAI 2019, doi 10.1609/aaai.v33i01.3301590.
"""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import ClassVar

import polars as pl

from fiducial.cohort.layouts.contract import Listing, Source, Unit
from fiducial.cohort.layouts.findings import CHEXPERT, with_chexpert_labels
from fiducial.cohort.layouts.joining import rename
from fiducial.cohort.layouts.placing import read_where_there
from fiducial.cohort.layouts.recognising import folder_of, images_of, split_in, tables_with
from fiducial.errors import UnusableInput
from fiducial.files.columns import refuse_nulls
from fiducial.files.tables import Table, read_table

_NEEDED = ("Path", "Frontal/Lateral", *CHEXPERT)
_TAIL = r"(patient\d+)/(study\d+)/([^/]+)\.\w+$"
_COLUMNS = {"Sex": "sex", "Age": "age", "Frontal/Lateral": "plane", "AP/PA": "view"}


@dataclass(frozen=True, slots=True)
class Chexpert:
    """Patient and study come from the path; train.csv is train and valid.csv is tune."""

    name: ClassVar[str] = "chexpert"
    says: ClassVar[str] = "CheXpert: train.csv and valid.csv, together or alone, with their images or without"

    def recognises(self, source: Source) -> bool:
        """Whether a table there has Path, Frontal/Lateral and the fourteen findings."""
        return bool(tables_with(source, _NEEDED))

    def list(self, source: Source) -> Listing:
        """Read the tables, and the images where they are.

        Raises:
            UnusableInput: no table, a path of another form, or a label that is not 1, 0, -1 or empty.
        """
        files = tables_with(source, _NEEDED)
        if not files:
            raise UnusableInput(f"{source.path}: holds no table with Path, Frontal/Lateral and the fourteen findings.")
        images = images_of(source)
        tails = {"/".join(PurePosixPath(path).parts[-3:]): path for path in images}
        parts, notes = [], []
        for path in files:
            labelled, said = with_chexpert_labels(rename(read_table(path), source.columns))
            parts.append(_keyed(labelled, path, source.unit, tails))
            notes += [f"{path.name}: {one}" for one in said]
        table = Table(pl.concat(parts, how="diagonal"), ", ".join(path.name for path in files), 2)
        shared = source.unit is Unit.STUDY
        listing = read_where_there(table, folder_of(source), images, source, shared=shared)
        return Listing(listing.rows, listing.files, listing.folder, (*notes, *listing.notes))


def _keyed(table: Table, path: Path, unit: Unit, tails: dict[str, str]) -> pl.DataFrame:
    """``study``, ``patient``, ``path`` from what the release calls Path, whatever stands before the patient in it."""
    refuse_nulls(table, "Path")
    part = [pl.col("Path").str.extract(_TAIL, group) for group in (1, 2, 3)]
    frame = table.frame.with_columns(
        pl.concat_str(part[: 2 if unit is Unit.STUDY else 3], separator="/").alias("study"),
        part[0].alias("patient"),
        pl.col("Path").str.extract(r"([^/]+/[^/]+/[^/]+)$", 1).alias("_tail"),
    )
    strange = frame["study"].is_null()
    if strange.any():
        index = int(strange.arg_max() or 0)
        raise UnusableInput(
            f"{table.row(index)}: the path is {table.frame['Path'][index]!r}; expected one that ends in "
            "patient<number>/study<number>/<view>.jpg. Correct it or remove the row."
        )
    inside = pl.col("Path").str.replace(r"^CheXpert-v1\.0[^/]*/", "")
    found = pl.Series("path", [tails.get(tail) for tail in frame["_tail"]], dtype=pl.String)
    split = split_in(path.name.split(".")[0])
    placed = frame.with_columns(pl.coalesce(found, inside).alias("path")).drop("_tail", "Path")
    named = placed.rename({old: new for old, new in _COLUMNS.items() if old in placed.columns})
    return named.with_columns(split=pl.lit(split)) if split and "split" not in named.columns else named
