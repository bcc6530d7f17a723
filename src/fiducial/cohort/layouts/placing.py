"""Rows of a table that each name an image: find the files, read them, and write both tables."""

from pathlib import Path

import polars as pl

from fiducial.cohort.layouts.contract import Listing, Source
from fiducial.cohort.layouts.joining import FileNames, common_path, counted, merge
from fiducial.cohort.reading import FileFacts, Place, files_frame, read_images
from fiducial.cohort.table import give_types
from fiducial.files.tables import Table


def read_and_place(table: Table, folder: Path, images: list[str], source: Source, *, shared: bool) -> Listing:
    """Read every image that a row names; rows with one ``study`` become one where they may be ``shared``.

    ``table`` needs ``study`` and ``path``. A row whose file is absent stays, and its file is listed with the reason.
    """
    names = FileNames(folder, images)
    found = [names.find(called) if called else (None, None) for called in table.frame["path"]]
    places: dict[str, Place] = {}
    absent = {}
    for (path, reason), study in zip(found, table.frame["study"], strict=True):
        if path is not None:
            places.setdefault(path, (study, None, None))
            if reason is not None:
                absent[path] = reason
    paths = pl.Series([path for path, _ in found], dtype=pl.String)
    typed = give_types(table.replace(table.frame.with_columns(path=paths)))
    rows, notes = _one_each(typed) if shared else (typed, ())
    facts = list(read_images(folder, [path for path in places if path not in absent], source))
    facts += [FileFacts(path, reason=reason) for path, reason in absent.items()]
    unnamed = len(images) - (len(places) - len(absent))
    if absent:
        notes = (f"{counted(len(absent), 'image')} named by {table.name} could not be found", *notes)
    if unnamed:
        notes = (f"{counted(unnamed, 'image')} left out: no row of {table.name} names them", *notes)
    return Listing(rows, files_frame(facts, places), folder, notes)


def _one_each(table: Table) -> tuple[Table, tuple[str, ...]]:
    frame = table.frame
    if frame["study"].is_unique().all():
        return table, ()
    merged, notes = merge(frame, "study")
    paths = frame.drop_nulls("path").group_by("study").agg(pl.col("path"))
    shared = {study: common_path(list(several)) for study, several in paths.iter_rows()}
    placed = pl.Series("path", [shared.get(study) for study in merged["study"]], dtype=pl.String)
    return table.replace(merged.with_columns(placed)), notes
